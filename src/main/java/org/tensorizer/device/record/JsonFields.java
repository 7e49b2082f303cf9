package org.tensorizer.device.record;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Fields of a JSON object, each checked when it is asked for. Throws {@link WrongField}. */
final class JsonFields {
    /** What is wrong with a field; the reader adds file and line. */
    static final class WrongField extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongField(String message) {
            super(message);
        }
    }

    private final JsonObject object;
    private final String path;

    JsonFields(JsonObject object) {
        this(object, "");
    }

    private JsonFields(JsonObject object, String path) {
        this.object = object;
        this.path = path;
    }

    boolean has(String key) {
        return object.containsKey(key);
    }

    boolean isNull(String key) {
        return object.isNull(key);
    }

    String string(String key) {
        return as(key, object.get(key), String.class, "a string");
    }

    long number(String key, long least, long most) {
        Object value = object.get(key);
        if (!(value instanceof Integer || value instanceof Long)
                || ((Number) value).longValue() < least
                || ((Number) value).longValue() > most) {
            throw wrong(key, "a whole number from " + least + " to " + most, value);
        }
        return ((Number) value).longValue();
    }

    int integer(String key, int least) {
        return (int) number(key, least, Integer.MAX_VALUE);
    }

    float real(String key) {
        return as(key, object.get(key), Number.class, "a number").floatValue();
    }

    Instant time(String key) {
        String text = string(key);
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw wrong(key, "a time such as 2026-01-31T12:00:00Z", text);
        }
    }

    JsonFields object(String key) {
        return new JsonFields(as(key, object.get(key), JsonObject.class, "an object"), path + key + ".");
    }

    List<String> keys() {
        return List.copyOf(object.keySet());
    }

    List<String> strings(String key) {
        return list(key, (at, value) -> as(at, value, String.class, "a string"));
    }

    List<Integer> integers(String key) {
        return list(key, (at, value) -> as(at, value, Integer.class, "a whole number"));
    }

    List<JsonFields> objects(String key) {
        return list(key, (at, value) -> new JsonFields(as(at, value, JsonObject.class, "an object"), path + at + "."));
    }

    private <T> List<T> list(String key, BiFunction<String, Object, T> element) {
        JsonArray array = as(key, object.get(key), JsonArray.class, "a list");
        List<T> values = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            values.add(element.apply(key + "[" + i + "]", array.get(i)));
        }
        return values;
    }

    private <T> T as(String key, Object value, Class<T> type, String expected) {
        if (!type.isInstance(value)) {
            throw wrong(key, expected, value);
        }
        return type.cast(value);
    }

    WrongField wrong(String key, String expected, Object found) {
        String text = found == null ? "nothing" : "\"" + found + "\"";
        return new WrongField("field " + path + key + ": expected " + expected + ", found "
                + (text.length() > 80 ? text.substring(0, 80) + "..." : text));
    }
}
