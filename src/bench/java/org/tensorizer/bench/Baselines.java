package org.tensorizer.bench;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;

/** Results that were committed, for later runs to be compared with. They are of another machine, as a rule. */
final class Baselines {
    private final JsonObject json;

    private Baselines(JsonObject json) {
        this.json = json;
    }

    static Baselines read(Path file) throws IOException {
        try {
            return new Baselines(JsonParser.object().from(Files.readString(file)));
        } catch (JsonParserException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Where and when they were measured. */
    String machine() {
        return json.getString("machine");
    }

    /** This time by the committed one: above 1 is slower. */
    OptionalDouble ratio(Result result) {
        JsonObject base = json.getObject("results").getObject(result.key());
        return base == null ? OptionalDouble.empty() : OptionalDouble.of(result.micros() / base.getDouble("us"));
    }

    static void write(Path file, String machine, List<Result> results) throws IOException {
        JsonObject all = new JsonObject();
        for (Result result : results) {
            JsonObject one = new JsonObject();
            one.put("us", rounded(result.micros()));
            if (!Double.isNaN(result.bytes())) {
                one.put("bytes", rounded(result.bytes()));
            }
            all.put(result.key(), one);
        }
        JsonObject json = new JsonObject();
        json.put("machine", machine);
        json.put("results", all);
        String text = JsonWriter.indent("  ").string().object(json).done() + "\n";
        AtomicFiles.write(file, text.getBytes(StandardCharsets.UTF_8), Existing.REPLACE);
    }

    private static double rounded(double value) {
        return Double.parseDouble(String.format(java.util.Locale.ROOT, "%.4g", value));
    }
}
