package org.tensorizer.harness.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import org.tensorizer.base.Printable;
import org.tensorizer.harness.Verdict;

/** What a job on GitHub says on its own page: the table of verdicts, and an annotation for each that needs a look. */
final class JobSummary {
    private static final int LONGEST = 300;

    private JobSummary() {}

    /** Does nothing where {@code GITHUB_STEP_SUMMARY} names no file. */
    static void write(Standing standing) throws IOException {
        String file = System.getenv("GITHUB_STEP_SUMMARY");
        if (file == null || file.isBlank()) {
            return;
        }
        Files.writeString(Path.of(file), markdown(standing), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        System.out.print(annotations(standing));
    }

    static String markdown(Standing standing) {
        StringBuilder text = new StringBuilder("## " + standing.sentence() + "\n\n"
                + String.join("; ", standing.devices()) + "\n\n| verdict | hypothesis | experiment |\n|---|---|---|\n");
        for (Standing.Of each : standing.all()) {
            text.append("| ")
                    .append(each.verdict())
                    .append(" | ")
                    .append(each.claim().replace("|", "\\|"))
                    .append(" | ")
                    .append(each.experiment())
                    .append(" |\n");
        }
        return text.toString();
    }

    /** One line for each hypothesis that is refuted or has no verdict, in the words of a workflow command. */
    static String annotations(Standing standing) {
        return standing.all().stream()
                .filter(each -> each.verdict() != Verdict.SUPPORTED && each.verdict() != Verdict.NOT_APPLICABLE)
                .map(each -> (each.verdict() == Verdict.REFUTED ? "::error" : "::warning") + " title="
                        + property(each.experiment() + " " + each.verdict()) + "::"
                        + data(each.claim() + ": "
                                + Printable.of(each.decisive().message(), LONGEST)) + "\n")
                .collect(Collectors.joining());
    }

    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
