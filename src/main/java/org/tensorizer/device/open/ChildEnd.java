package org.tensorizer.device.open;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
     * @param first whether no model was loaded before
     * @param exit status of the process, 128 + signal where a signal ended it
     * @param log its last lines
     */
    static DeviceFault crashed(String device, String during, Stage stage, boolean first, int exit, List<String> log) {
        StringBuilder message =
                new StringBuilder("the process that drives the device ended while " + during + ", " + status(exit));
        Optional<RuntimeLog.Diagnosis> diagnosis = RuntimeLog.diagnose(log);
        if (diagnosis.isPresent()) {
            message.append("; ").append(diagnosis.get());
        } else if (isSegmentationFault(exit, log) && DeviceChoice.parse(device).kind() == DeviceKind.CPU) {
            message.append(
                    ", SIGSEGV in TFLite; likely: a model whose kernels believe what it says, of a damaged file or with"
                            + " tensors beyond 2 GiB; try: another model");
        } else if (isSegmentationFault(exit, log) && (stage == Stage.LOADING || stage == Stage.OPENING)) {
            message.append(first ? ", SIGSEGV" : ", SIGSEGV, and it was not the first model of its process")
                    .append("; likely: ")
                    .append(RuntimeLog.OTHER_TFLITE);
        } else if (!log.isEmpty()) {
            message.append("; its last words: ").append(log.get(log.size() - 1));
        }
        return new DeviceFault(DeviceFault.Kind.CRASHED, device, message.toString(), log, null);
    }

    /** A JVM writes its report about the signal and then aborts. */
    private static boolean isSegmentationFault(int exit, List<String> log) {
        return exit == SEGMENTATION_FAULT || log.contains("JVM crash report: SIGSEGV");
    }

    /** What a hang may mean depends on what was going on, unless the runtime said something that is understood. */
    static DeviceFault hung(String device, Stage stage, String during, String deadline, List<String> log) {
        String meaning = RuntimeLog.diagnose(log)
                .map(RuntimeLog.Diagnosis::toString)
                .orElse("likely: " + stage.cause + "; try: " + stage.remedy);
        return new DeviceFault(
                DeviceFault.Kind.HUNG,
                device,
                "no answer within " + deadline + " while " + during + "; its process was killed; " + meaning,
                log,
                null);
    }

    /** What a child was doing. Causes: seen on the unmodified libedgetpu with an emulated USB device. */
    enum Stage {
        OPENING(
                "a device that does not leave its reset, or that is listed and cannot be opened (libedgetpu tries for 25 s)",
                "plug it in again; `tensorizer doctor` says who holds it and whether this user may open it"),
        LOADING("the device is busy with an inference that never ended", "plug it in again, then another model"),
        RUNNING(
                "an answer that is shorter than the program announced, or a program that never signals its end: libedgetpu"
                        + " waits for ever",
                "an unpatched model; if that answers, the patch is to blame; a longer -Dtensorizer.deadline.run for a large"
                        + " model"),
        CLOSING(
                "more output than the program announced, or a transfer that is still armed: the answers before it are"
                        + " doubtful",
                "an unpatched model; plug the device in again"),
        IDLE("nothing was asked of it", "plug it in again");

        private final String cause;
        private final String remedy;

        Stage(String cause, String remedy) {
            this.cause = cause;
            this.remedy = remedy;
        }
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

    /**
     * The last lines that a child printed, read by a thread of its own so that the child never waits for a reader. Of each
     * line the beginning: a child that went wild may never end one.
     */
    static final class OutputTail {
        private static final int LINES = 100;
        private static final int LONGEST_LINE = 2000;

        private final Deque<String> lines = new ArrayDeque<>();
        private final Thread reader;

        OutputTail(InputStream output) {
            reader = new Thread(() -> read(output), "worker output");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream output) {
            try (Reader in = new InputStreamReader(output, StandardCharsets.UTF_8)) {
                StringBuilder line = new StringBuilder();
                char[] text = new char[4096];
                for (int length = in.read(text); length >= 0; length = in.read(text)) {
                    for (int i = 0; i < length; i++) {
                        if (text[i] == '\n') {
                            add(line);
                        } else if (line.length() < LONGEST_LINE) {
                            line.append(text[i]);
                        }
                    }
                }
                if (!line.isEmpty()) {
                    add(line);
                }
            } catch (IOException e) {
                add(new StringBuilder("(output lost: " + e.getMessage() + ")"));
            }
        }

        private synchronized void add(StringBuilder line) {
            if (lines.size() == LINES) {
                lines.removeFirst();
            }
            lines.addLast(line.toString().stripTrailing());
            line.setLength(0);
        }

        /** Oldest first. */
        synchronized List<String> lines() {
            return List.copyOf(lines);
        }

        /** All that a child said, once it has ended. */
        List<String> toTheEnd() {
            try {
                reader.join(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return lines();
        }
    }
}
