package org.tensorizer.cli;

import com.grack.nanojson.JsonWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a command found out, in the order it tells it: one tree from which both the text on the screen and the output of
 * {@code --json} are made, so that the two can never say different things. Names are the JSON names: lower case with
 * underscores, stable between versions. A value is a string, a number, a boolean, another {@code Facts} or a list.
 */
final class Facts {
    private final Map<String, Object> entries = new LinkedHashMap<>();

    /** Adds an entry; {@code null} is left out. */
    Facts put(String name, Object value) {
        if (value != null) {
            entries.put(name, value);
        }
        return this;
    }

    Facts put(String name, Collection<?> values) {
        return put(name, (Object) (values == null ? null : new ArrayList<>(values)));
    }

    Map<String, Object> entries() {
        return entries;
    }

    /** Indented JSON, members in the order they were put. */
    String toJson() {
        return json(this);
    }

    static String toJson(List<Facts> several) {
        return json(several);
    }

    private static String json(Object value) {
        return JsonWriter.indent("  ").string().value(plain(value)).done();
    }

    private static Object plain(Object value) {
        if (value instanceof Facts facts) {
            Map<String, Object> object = new LinkedHashMap<>();
            facts.entries.forEach((name, entry) -> object.put(name, plain(entry)));
            return object;
        }
        if (value instanceof Collection<?> values) {
            List<Object> list = new ArrayList<>(values.size());
            values.forEach(each -> list.add(plain(each)));
            return list;
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value;
        }
        return value.toString();
    }
}
