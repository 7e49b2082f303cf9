package org.tensorizer.device.record;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.TensorSpec;

/** Reads what {@link RecordJson} wrote, and checks digests against bytes. Throws {@link WrongField}. */
final class RecordLineParser {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern TOKEN = Pattern.compile("[0-9a-f]{16}");

    /** Digits in a row; the longest that is written has 19. */
    private static final int LONGEST_NUMBER = 40;

    private RecordLineParser() {}

    /** What is wrong with a line or a field of it; the reader adds file and line. */
    static final class WrongField extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongField(String message) {
            super(message);
        }
    }

    static RecordLine parse(String line) {
        JsonFields fields = new JsonFields(json(line), "");
        if (fields.has("format")) {
            return header(fields);
        }
        String event = fields.string("event");
        return switch (event) {
            case "open" -> new RecordLine.Open(asked(fields), tensors(fields, "inputs"), tensors(fields, "outputs"));
            case "run" -> new RecordLine.Run(asked(fields), bytes(fields, "input"), bytes(fields, "output"));
            case "end" -> new RecordLine.End(fields.time("at"), fields.number("runs", 0, Long.MAX_VALUE));
            default -> throw fields.wrong("event", "open, run or end", event);
        };
    }

    private static JsonObject json(String line) {
        requireShortNumbers(line);
        try {
            return JsonParser.object().from(line);
        } catch (JsonParserException e) {
            throw new WrongField("expected a JSON object: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw new WrongField("expected a JSON object, found one nested too deeply");
        }
    }

    /** The JSON parser takes time in the square of a number's digits: a megabyte of them would be most of a minute. */
    private static void requireShortNumbers(String line) {
        boolean text = false;
        int digits = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (text && c == '\\') {
                i++;
            } else if (c == '"') {
                text = !text;
            }
            digits = !text && c >= '0' && c <= '9' ? digits + 1 : 0;
            if (digits > LONGEST_NUMBER) {
                throw new WrongField("expected numbers of at most " + LONGEST_NUMBER + " digits, found a longer one");
            }
        }
    }

    private static RecordLine.Header header(JsonFields fields) {
        String format = fields.string("format");
        if (!format.equals(RecordJson.FORMAT)) {
            throw fields.wrong("format", RecordJson.FORMAT, format);
        }
        JsonFields facts = fields.object("facts");
        Map<String, String> read = new LinkedHashMap<>();
        facts.keys().forEach(key -> read.put(key, facts.string(key)));
        return new RecordLine.Header(origin(fields), fields.time("started"), read);
    }

    private static RecordLine.Asked asked(JsonFields fields) {
        return new RecordLine.Asked(
                origin(fields),
                fields.time("at"),
                fields.integer("session", 1),
                model(fields),
                fields.number("nanos", 0, Long.MAX_VALUE),
                failure(fields));
    }

    private static RecordLine.Origin origin(JsonFields fields) {
        Provenance provenance = oneOf(fields, "provenance", Provenance.values(), Provenance::toString);
        return new RecordLine.Origin(fields.string("device"), provenance);
    }

    private static ModelFingerprint model(JsonFields fields) {
        return new ModelFingerprint(
                fields.string("model"),
                matching(fields, "model_sha256", fields.string("model_sha256"), DIGEST, "64 hexadecimal digits"),
                matching(fields, "question_sha256", fields.string("question_sha256"), DIGEST, "64 hexadecimal digits"),
                fields.strings("payload_sha256"),
                fields.strings("tokens").stream()
                        .map(text -> matching(fields, "tokens", text, TOKEN, "16 hexadecimal digits"))
                        .map(text -> Long.parseUnsignedLong(text, 16))
                        .toList());
    }

    private static String matching(JsonFields fields, String key, String text, Pattern pattern, String expected) {
        if (!pattern.matcher(text).matches()) {
            throw fields.wrong(key, expected, text);
        }
        return text;
    }

    private static List<TensorSpec> tensors(JsonFields fields, String key) {
        List<TensorSpec> tensors = new ArrayList<>();
        for (JsonFields tensor : fields.objects(key)) {
            tensors.add(new TensorSpec(
                    tensor.string("name"),
                    tensor.string("type"),
                    tensor.integers("shape"),
                    tensor.isNull("scale") ? Float.NaN : tensor.real("scale"),
                    tensor.integer("zero_point", Integer.MIN_VALUE),
                    tensor.integer("bytes", 0)));
        }
        return tensors;
    }

    private static List<byte[]> bytes(JsonFields fields, String key) {
        List<String> texts = fields.strings(key + "s");
        List<String> digests = fields.strings(key + "_sha256");
        if (texts.size() != digests.size()) {
            throw fields.wrong(key + "_sha256", texts.size() + " digests", digests.size());
        }
        List<byte[]> tensors = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            byte[] tensor = decode(fields, key + "s[" + i + "]", texts.get(i));
            String found = Sha256.of(tensor);
            if (!found.equals(digests.get(i))) {
                throw fields.wrong(
                        key + "s[" + i + "]", "bytes of SHA-256 " + digests.get(i), "bytes of SHA-256 " + found);
            }
            tensors.add(tensor);
        }
        return tensors;
    }

    private static byte[] decode(JsonFields fields, String key, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw fields.wrong(key, "Base64", text);
        }
    }

    private static Optional<RecordLine.Failure> failure(JsonFields fields) {
        if (fields.has("fault")) {
            JsonFields fault = fields.object("fault");
            DeviceFault.Kind kind = oneOf(fault, "kind", DeviceFault.Kind.values(), Enum::name);
            return Optional.of(new RecordLine.Failure.Fault(kind, fault.string("message"), fault.strings("log")));
        }
        return fields.has("bad_input")
                ? Optional.of(new RecordLine.Failure.BadInput(fields.string("bad_input")))
                : Optional.empty();
    }

    private static <T> T oneOf(JsonFields fields, String key, T[] values, Function<T, String> text) {
        String found = fields.string(key);
        return Arrays.stream(values)
                .filter(value -> text.apply(value).equals(found))
                .findFirst()
                .orElseThrow(() -> fields.wrong(
                        key, "one of " + Arrays.stream(values).map(text).toList(), found));
    }

    /** Fields of a JSON object, each checked when it is asked for. Throws {@link WrongField}. */
    private static final class JsonFields {
        private final JsonObject object;
        private final String path;

        JsonFields(JsonObject object, String path) {
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
            return list(
                    key, (at, value) -> new JsonFields(as(at, value, JsonObject.class, "an object"), path + at + "."));
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
}
