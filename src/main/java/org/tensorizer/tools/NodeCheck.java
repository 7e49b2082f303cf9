package org.tensorizer.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Node.js makes the report of mvn test; without it the experiments run all the same. */
final class NodeCheck {
    private static final String CHECK = "Node.js";
    private static final int OLDEST = 18; // as reports/generate asks for
    private static final Pattern VERSION = Pattern.compile("v(\\d{1,4})\\..*");
    private static final Set<String> VARIABLES = Set.of("PATH", "HOME"); // version managers put a script in its place
    private static final String REMEDY = "install Node.js " + OLDEST + " or newer for the report of mvn test";

    private NodeCheck() {}

    static DoctorReport.Finding run(Machine machine) {
        Optional<Path> node = find(machine, "node");
        if (node.isEmpty()) {
            return DoctorReport.Finding.note(CHECK, "not found", REMEDY);
        }
        String version = version(node.get());
        Matcher number = VERSION.matcher(version);
        if (!number.matches()) {
            return DoctorReport.Finding.note(CHECK, node.get() + " --version gave \"" + version + "\"", REMEDY);
        }
        if (Integer.parseInt(number.group(1)) < OLDEST) {
            return DoctorReport.Finding.note(CHECK, version + " (" + node.get() + ") is too old", REMEDY);
        }
        return find(machine, "npx").isPresent()
                ? DoctorReport.Finding.ok(CHECK, version + " (" + node.get() + ")")
                : DoctorReport.Finding.note(CHECK, version + " (" + node.get() + ") without npx", "install npm for the report");
    }

    private static Optional<Path> find(Machine machine, String program) {
        return machine.searchPath().stream()
                .map(folder -> folder.resolve(program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static String version(Path node) {
        try {
            ProcessBuilder builder = new ProcessBuilder(node.toString(), "--version").redirectErrorStream(true);
            builder.environment().keySet().retainAll(VARIABLES);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "no answer";
            }
            return new String(process.getInputStream().readNBytes(200), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
