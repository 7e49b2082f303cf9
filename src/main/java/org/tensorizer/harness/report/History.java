package org.tensorizer.harness.report;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;

/**
 * The verdicts of earlier runs, a line of JSON each. A run is compared with those like it only: same experiments asked for,
 * same devices, same templates. Lines that are damaged are left out.
 */
final class History {
    private static final int KEPT = 500;
    private static final int SHOWN = 12;

    private final Path file;
    private final List<JsonObject> runs = new ArrayList<>();
    private int damaged;

    History(Path file) {
        this.file = file;
        if (!Files.exists(file)) {
            return;
        }
        try {
            Files.readString(file, StandardCharsets.UTF_8).lines().forEach(this::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(String line) {
        if (line.isBlank()) {
            return;
        }
        try {
            JsonObject run = JsonParser.object().from(line);
            if (run.has("like") && run.has("verdicts")) {
                runs.add(run);
                return;
            }
        } catch (JsonParserException e) {
            // counted below
        }
        damaged++;
    }

    /** Lines that were left out. */
    int damaged() {
        return damaged;
    }

    /** What tells runs that may be compared. */
    static String like(Standing standing, String scope) {
        TreeSet<String> templates = new TreeSet<>();
        standing.all()
                .forEach(each -> each.results().stream()
                        .filter(result -> !result.label("level").isEmpty())
                        .forEach(result -> templates.add(result.name().replaceFirst(",.*", ""))));
        return (scope.isEmpty() ? "all" : scope) + " | " + String.join(", ", standing.devices()) + " | "
                + String.join(", ", templates);
    }

    /** The verdicts of an experiment in earlier runs like this one, the latest last. */
    List<String> of(String like, String experiment) {
        List<String> verdicts = runs.stream()
                .filter(run -> like.equals(run.getString("like")))
                .map(run -> run.getObject("verdicts").getString(experiment, ""))
                .toList();
        return verdicts.subList(Math.max(0, verdicts.size() - SHOWN), verdicts.size());
    }

    /** Adds this run, in the file too. */
    void add(String like, Standing standing, Instant time) {
        JsonObject verdicts = new JsonObject();
        standing.all()
                .forEach(each -> verdicts.put(each.experiment(), each.verdict().toString()));
        JsonObject run = new JsonObject();
        run.put("time", time.toString());
        run.put("like", like);
        run.put("verdicts", verdicts);
        runs.add(run);
        String lines = runs.subList(Math.max(0, runs.size() - KEPT), runs.size()).stream()
                .map(each -> JsonWriter.string(each) + "\n")
                .collect(Collectors.joining());
        new AtomicFiles(Existing.REPLACE).add(file, lines).write();
    }
}
