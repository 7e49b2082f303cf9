package org.tensorizer.harness.report;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorizer.harness.Verdict;

/**
 * One run of an experiment method, as its Allure result says.
 *
 * @param id unique in the report
 * @param name arguments, or the method as a sentence where it has none
 * @param labels what the harness says of it, by name; {@code hypothesis} is the claim
 * @param message why it ended as it did, empty if it ended well
 * @param evidence a part of a page, made by the harness
 * @param attachments files in the folder of results
 * @param start milliseconds since 1970
 * @param millis that it took
 */
record Result(
        String id,
        String name,
        Map<String, String> labels,
        String message,
        String evidence,
        List<Attachment> attachments,
        long start,
        long millis) {
    /**
     * @param name for the reader
     * @param file in the folder of results
     */
    record Attachment(String name, Path file) {}

    private static final String ENDING = "-result.json";

    Result {
        labels = Map.copyOf(labels);
        attachments = List.copyOf(attachments);
    }

    /**
     * The experiments of a folder of results; other tests, and files that are cut short, are left out.
     *
     * @throws UncheckedIOException the folder cannot be read
     */
    static List<Result> read(Path folder) {
        List<Result> results = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(ENDING)).sorted().toList()) {
                parse(file)
                        .filter(result -> result.labels.containsKey("hypothesis"))
                        .ifPresent(results::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return results;
    }

    private static Optional<Result> parse(Path file) throws IOException {
        JsonObject json;
        try {
            json = JsonParser.object().from(Files.readString(file));
        } catch (JsonParserException | java.nio.charset.CharacterCodingException e) {
            System.out.println(file + " is cut short and was left out");
            return Optional.empty();
        }
        Map<String, String> labels = new HashMap<>();
        for (JsonObject label : objects(json, "labels")) {
            labels.put(label.getString("name", ""), label.getString("value", ""));
        }
        List<Attachment> attachments = objects(json, "attachments").stream()
                .map(each -> new Attachment(each.getString("name", ""), beside(file, each.getString("source", ""))))
                .filter(each -> Files.isRegularFile(each.file))
                .toList();
        return Optional.of(new Result(
                json.getString("uuid", file.getFileName().toString()),
                json.getString("name", ""),
                labels,
                json.getObject("statusDetails", new JsonObject()).getString("message", ""),
                json.getString("descriptionHtml", ""),
                attachments,
                json.getLong("start", 0),
                Math.max(0, json.getLong("stop", 0) - json.getLong("start", 0))));
    }

    /** A file of the folder itself: a name that leads elsewhere names nothing. */
    private static Path beside(Path result, String name) {
        return result.resolveSibling(
                Path.of(name).getFileName() == null
                        ? "none"
                        : Path.of(name).getFileName().toString());
    }

    private static List<JsonObject> objects(JsonObject json, String name) {
        return json.getArray(name, new JsonArray()).stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .toList();
    }

    String label(String name) {
        return labels.getOrDefault(name, "");
    }

    Verdict verdict() {
        return Verdict.named(label("verdict"));
    }

    /** Holds, and supports nothing: the report does not count it. */
    boolean isControl() {
        return labels.containsKey("control") && verdict() == Verdict.SUPPORTED;
    }

    /** Simple name of the class. */
    String experiment() {
        return label("experiment").replaceFirst(".*[.$]", "");
    }
}
