package org.tensorizer.device.open;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM's crash report says in two lines: which signal, and where. The JVM itself then ends with SIGABRT. */
final class CrashReport {
    static final String FILE = "hs_err.log";
    private static final Pattern SIGNAL = Pattern.compile("#\\s+(SIG[A-Z]+) .*");

    private CrashReport() {}

    /** Empty where there is no report: {@code abort()} leaves none. One that is cut short, as by a full disk, gives what it has. */
    static List<String> lines(Path folder) {
        List<String> found = new ArrayList<>();
        try {
            List<String> report = Files.readAllLines(folder.resolve(FILE));
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
