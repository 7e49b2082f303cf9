package org.tensorizer.harness.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.harness.Verdict;

/**
 * A report on the disk. Each run gets a folder of its own in {@code runs}, the twenty latest are kept; {@code html} holds that
 * of the latest full run. Whatever is written is renamed into its place: killed at any moment, {@code html/index.html} is the
 * old page or the new one.
 */
public final class Report {
    private static final int KEPT = 20;
    private static final String INDEX = "index.html";
    private static final String ATTACHMENTS = "attachments";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final List<Path> folders;
    private final List<Result> results;
    private final String scope;

    private Report(List<Path> folders, String scope) {
        this.folders = folders;
        this.scope = scope;
        this.results = folders.stream().flatMap(f -> Result.read(f).stream()).toList();
    }

    /**
     * Makes the report of folders of results: {@code [--scope=NAME] [--reports=DIR] RESULTS...}; several folders, such as
     * those of shards or of several devices, become one report. {@code NAME} says what was run if not everything: its report
     * does not replace that of a full run. Ends with 0, also without results, and with 1 if the report cannot be written; the
     * last report stays then.
     */
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
            System.out.println(make(folders, reports, scope)
                    .map(page -> "Report: " + page.toAbsolutePath().normalize().toUri())
                    .orElse("No report: no results of experiments in " + List.of(arguments)));
        } catch (BadInputException | UncheckedIOException e) {
            System.out.println("No report, the last one stays: " + e.getMessage());
            System.exit(1);
        }
    }

    /**
     * @param folders of results
     * @param reports where reports and their history are kept
     * @param scope what was run, empty for everything
     * @return the page to open; empty without a result
     * @throws UncheckedIOException or BadInputException it cannot be written
     */
    static Optional<Path> make(List<Path> folders, Path reports, String scope) {
        Report report = new Report(folders, scope);
        return report.results.isEmpty() ? Optional.empty() : Optional.of(report.write(reports));
    }

    private Path write(Path reports) {
        Standing standing = new Standing(results);
        Instant time = Instant.ofEpochMilli(
                results.stream().mapToLong(Result::start).max().orElse(0));
        try {
            Files.createDirectories(reports);
            History history = new History(reports.resolve("history.jsonl"));
            if (history.damaged() > 0) {
                System.out.println(history.damaged() + " damaged lines of the history were left out");
            }
            String like = History.like(standing, scope);
            String name = STAMP.format(time) + (scope.isEmpty() ? "" : "-" + scope.replaceAll("[^A-Za-z0-9._-]+", "-"));
            Path run = reports.resolve("runs").resolve(name);
            Page page = new Page(standing, facts(), scope, time, each -> history.of(like, each.experiment()));
            write(run, page);
            Path shown = run;
            if (scope.isEmpty()) {
                shown = reports.resolve("html");
                write(shown, page);
            }
            history.add(like, standing, time);
            forget(reports.resolve("runs"), run);
            JobSummary.write(standing);
            return shown.resolve(INDEX);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The attachments first and the page after them, so that no link of a page leads nowhere. */
    private void write(Path folder, Page page) throws IOException {
        Files.createDirectories(folder);
        Set<Path> linked = new HashSet<>();
        for (Result result : results) {
            if (result.verdict() == Verdict.SUPPORTED || result.verdict() == Verdict.NOT_APPLICABLE) {
                continue;
            }
            for (Result.Attachment each : result.attachments()) {
                Path file = Files.createDirectories(folder.resolve(ATTACHMENTS).resolve(safe(result.id())))
                        .resolve(safe(each.name()));
                AtomicFiles.write(file, Files.readAllBytes(each.file()), Existing.REPLACE);
                linked.add(file);
            }
        }
        new AtomicFiles(Existing.REPLACE)
                .add(folder.resolve(INDEX), page.html(folder))
                .write();
        for (Path old : files(folder.resolve(ATTACHMENTS))) {
            if (!linked.contains(old)) {
                Files.delete(old);
                if (files(old.getParent()).isEmpty()) {
                    Files.delete(old.getParent());
                }
            }
        }
    }

    /** Where an attachment stands beside the page. */
    static String link(Result result, Result.Attachment attachment) {
        return ATTACHMENTS + "/" + safe(result.id()) + "/" + safe(attachment.name());
    }

    private static String safe(String name) {
        String safe = name.replaceAll("[^A-Za-z0-9._-]", "_");
        return safe.startsWith(".") ? "_" + safe : safe;
    }

    private static void forget(Path runs, Path current) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.list(runs)) {
            all = found.filter(
                            each -> each.getFileName().toString().matches("\\d{8}-\\d{6}.*") && !each.equals(current))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path old : all.subList(Math.min(all.size(), KEPT - 1), all.size())) {
            try (Stream<Path> files = Files.walk(old)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** Facts about the run as a whole; those in which several folders differ, once for each. */
    private Map<String, List<String>> facts() throws IOException {
        Map<String, List<String>> facts = new TreeMap<>();
        for (Path folder : folders) {
            Path file = folder.resolve("environment.properties");
            if (Files.exists(file)) {
                Properties properties = new Properties();
                properties.load(Files.newBufferedReader(file));
                for (String name : properties.stringPropertyNames()) {
                    List<String> values = facts.computeIfAbsent(name, key -> new ArrayList<>());
                    if (!values.contains(properties.getProperty(name))) {
                        values.add(properties.getProperty(name));
                    }
                }
            }
        }
        return facts;
    }

    /** What a job on GitHub says on its own page: the table of verdicts, and an annotation for each that needs a look. */
    static final class JobSummary {
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
            StringBuilder text =
                    new StringBuilder("## " + standing.sentence() + "\n\n" + String.join("; ", standing.devices())
                            + "\n\n| verdict | hypothesis | experiment |\n|---|---|---|\n");
            for (Standing.Of each : standing.all()) {
                text.append("| %s | %s | %s |\n"
                        .formatted(each.verdict(), each.claim().replace("|", "\\|"), each.experiment()));
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
}
