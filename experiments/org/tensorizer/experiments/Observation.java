package org.tensorizer.experiments;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.BadInputException;

/**
 * One entry of fixtures/observations.json: something that others saw on a real Coral.
 *
 * @param json all of it
 */
record Observation(JsonObject json) {
    private static final Path FILE = Path.of("fixtures", "observations.json");

    /** All of them, in the order of the file. @throws BadInputException it is not as it should be */
    static List<Observation> all() {
        try {
            JsonObject file = JsonParser.object().from(Files.readString(FILE));
            return file.getArray("observations").stream()
                    .map(entry -> new Observation((JsonObject) entry))
                    .toList();
        } catch (JsonParserException e) {
            throw new BadInputException(FILE + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A text that every observation has, or this one must. */
    String text(String field) {
        String text = json.getString(field);
        if (text == null) {
            throw new BadInputException(FILE + ": observation " + json.getString("id") + " has no " + field);
        }
        return text;
    }

    /** What was seen. */
    JsonObject expect() {
        return json.getObject("expect");
    }

    /** What follows from it and was published by nobody; null if nothing. */
    JsonObject derived() {
        return json.getObject("derived");
    }

    /** A list of numbers in what was seen. */
    List<Integer> numbers(String field) {
        JsonArray array = expect().getArray(field);
        return array.stream().map(n -> ((Number) n).intValue()).toList();
    }

    @Override
    public String toString() {
        return text("id");
    }
}
