package org.tensorizer.harness.report;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;

/**
 * Makes the report of folders of results: {@code [--scope=NAME] [--reports=DIR] RESULTS...}; several folders, such as those of
 * shards or of several devices, become one report. {@code NAME} says what was run if not everything: its report does not
 * replace that of a full run. Ends with 0, also without results, and with 1 if the report cannot be written; the last report
 * stays then.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        String scope = "";
        Path reports = Path.of("reports");
        List<Path> folders = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.startsWith("--scope=")) {
                scope = argument.substring("--scope=".length());
            } else if (argument.startsWith("--reports=")) {
                reports = Path.of(argument.substring("--reports=".length()));
            } else if (Files.isDirectory(Path.of(argument))) {
                folders.add(Path.of(argument));
            }
        }
        try {
            System.out.println(Report.make(folders, reports, scope)
                    .map(page -> "Report: " + page.toAbsolutePath().normalize().toUri())
                    .orElse("No report: no results of experiments in " + List.of(arguments)));
        } catch (BadInputException | UncheckedIOException e) {
            System.out.println("No report, the last one stays: " + e.getMessage());
            System.exit(1);
        }
    }
}
