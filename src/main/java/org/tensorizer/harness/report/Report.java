package org.tensorizer.harness.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.stream.Stream;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.harness.Verdict;

/**
 * A report on the disk. Each run gets a folder of its own in {@code runs}, the twenty latest are kept; {@code html} holds that
 * of the latest full run. Whatever is written is renamed into its place: killed at any moment, {@code html/index.html} is the
 * old page or the new one.
 */
final class Report {
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
        String html = page.html(folder);
        AtomicFiles.write(folder.resolve(INDEX), html.getBytes(StandardCharsets.UTF_8), Existing.REPLACE);
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
}
