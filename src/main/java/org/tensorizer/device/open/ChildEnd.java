package org.tensorizer.device.open;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.coral.RuntimeLog;

/** How a child ended and what that means. */
final class ChildEnd {
    /** Name of the JVM's crash report in the folder of a child. */
    static final String CRASH_REPORT = "hs_err.log";
    private static final Pattern SIGNAL = Pattern.compile("#\\s+(SIG[A-Z]+) .*");
    private static final int SEGMENTATION_FAULT = 139;

    private ChildEnd() {}

    /**
     * @param during what was going on, such as {@code loading dense_256}
     * @param loading whether a device or a model was being opened
     * @param exit status of the process, 128 + signal where a signal ended it
     * @param log its last lines
     */
    static DeviceFault crashed(String device, String during, boolean loading, int exit, List<String> log) {
        StringBuilder message =
                new StringBuilder("the process that drives the device ended while " + during + ", " + status(exit));
        Optional<RuntimeLog.Diagnosis> diagnosis = RuntimeLog.diagnose(log);
        if (diagnosis.isPresent()) {
            message.append("; ").append(diagnosis.get());
        } else if (loading && isSegmentationFault(exit, log)) {
            message.append(", SIGSEGV; likely: libedgetpu was built for another TFLite; try: pair the versions");
        } else if (!log.isEmpty()) {
            message.append("; its last words: ").append(log.get(log.size() - 1));
        }
        return new DeviceFault(DeviceFault.Kind.CRASHED, device, message.toString(), log, null);
    }

    /** A JVM writes its report about the signal and then aborts. */
    private static boolean isSegmentationFault(int exit, List<String> log) {
        return exit == SEGMENTATION_FAULT || log.contains("JVM crash report: SIGSEGV");
    }

    static DeviceFault hung(String device, String during, String deadline, List<String> log) {
        List<String> lines = new ArrayList<>(log);
        String meaning =
                RuntimeLog.diagnose(log).map(diagnosis -> "; " + diagnosis).orElse("");
        return new DeviceFault(
                DeviceFault.Kind.HUNG,
                device,
                "no answer within " + deadline + " while " + during + "; its process was killed" + meaning,
                lines,
                null);
    }

    /** {@code exit status 134 (SIGABRT)}. */
    static String status(int exit) {
        String signal = switch (exit) {
            case 129 -> " (SIGHUP)";
            case 130 -> " (SIGINT)";
            case 132 -> " (SIGILL)";
            case 134 -> " (SIGABRT)";
            case 135 -> " (SIGBUS)";
            case 136 -> " (SIGFPE)";
            case 137 -> " (SIGKILL: killed from outside, or out of memory)";
            case SEGMENTATION_FAULT -> " (SIGSEGV)";
            case 143 -> " (SIGTERM)";
            default -> "";
        };
        return "exit status " + exit + signal;
    }

    /**
     * What a JVM's crash report says in two lines: which signal, and where. The JVM itself then ends with SIGABRT. Empty
     * where there is no report: {@code abort()} leaves none. One that is cut short, as by a full disk, gives what it has.
     */
    static List<String> crashReport(Path folder) {
        List<String> found = new ArrayList<>();
        try {
            List<String> report = Files.readAllLines(folder.resolve(CRASH_REPORT));
            for (int i = 0; i + 1 < report.size(); i++) {
                Matcher signal = SIGNAL.matcher(report.get(i));
                if (signal.matches()) {
                    found.add("JVM crash report: " + signal.group(1));
                } else if (report.get(i).equals("# Problematic frame:")) {
                    String frame = report.get(i + 1).replaceFirst("^#", "").strip();
                    found.addAll(frame.isEmpty() ? List.of() : List.of("JVM crash report: in " + frame));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }
}
