package org.tensorizer.cli;

import com.grack.nanojson.JsonWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Device;

/**
 * What a command found out, in the order it tells it: one tree from which both the text on the screen and the output of
 * {@code --json} are made, so that the two can never say different things. Names are the JSON names: lower case with
 * underscores, stable between versions. A value is a string, a number, a boolean, a time, a file, an enum constant, a
 * {@link ByteRange}, another {@code Facts} or a list of these; the text form of an object of ours is none: whoever reads
 * JSON would have to take it apart. In JSON a range is an object of start, end (one past the last) and bytes, an enum constant its name, and a
 * number that is none, such as NaN, null.
 */
final class Facts {
    private final Map<String, Object> entries = new LinkedHashMap<>();

    /** Adds an entry; {@code null} is left out. */
    Facts put(String name, Object value) {
        if (value != null) {
            entries.put(name, checked(name, value));
        }
        return this;
    }

    private static Object checked(String name, Object value) {
        if (value instanceof Collection<?> values) {
            values.forEach(each -> checked(name, each));
        } else if (!(value instanceof CharSequence
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Enum<?>
                || value instanceof Instant
                || value instanceof Path
                || value instanceof ByteRange
                || value instanceof Facts)) {
            throw new IllegalArgumentException(name + ": " + value.getClass() + " is no fact");
        }
        return value;
    }

    Facts put(String name, Collection<?> values) {
        return put(name, (Object) (values == null ? null : new ArrayList<>(values)));
    }

    /** Adds the facts of each element of a list. */
    <T> Facts list(String name, Collection<T> of, Function<? super T, ?> facts) {
        return put(name, of.stream().map(facts).toList());
    }

    /** Adds what others say. */
    Facts putAll(Facts others) {
        entries.putAll(others.entries);
        return this;
    }

    /** Adds who answered. */
    Facts device(Device device) {
        return put("device", device.name()).put("evidence", device.provenance().toString());
    }

    Map<String, Object> entries() {
        return entries;
    }

    /** Indented JSON, members in the order they were put. */
    String toJson() {
        return json(this);
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
        if (value instanceof ByteRange range) {
            return plain(new Facts()
                    .put("start", range.start())
                    .put("end", range.end())
                    .put("bytes", range.length()));
        }
        if (value instanceof Number number) {
            return Double.isFinite(number.doubleValue()) ? number : null;
        }
        return value instanceof Boolean ? value : value instanceof Enum<?> each ? each.name() : value.toString();
    }

    /** Lays {@link Facts} out for a reader: names in one column, values in the next, lists of alike objects as tables. */
    static final class Text {
        /** A list on one line shows this many elements, a table this many rows; JSON has them all. */
        private static final int SHOWN_ELEMENTS = 16;

        private static final int SHOWN_ROWS = 64;
        private static final int SHOWN_CHARACTERS = 200;

        /** Rows with more columns than this are shown one below the other. */
        private static final int WIDEST_TABLE = 14;

        private final StringBuilder text = new StringBuilder();

        private Text() {}

        static String of(Facts facts) {
            Text layout = new Text();
            layout.object(facts, "");
            return layout.text.toString();
        }

        private void object(Facts facts, String indent) {
            int width = facts.entries().entrySet().stream()
                    .filter(entry -> isInline(entry.getValue()))
                    .mapToInt(entry -> entry.getKey().length())
                    .max()
                    .orElse(0);
            facts.entries().forEach((name, value) -> {
                String label = label(name);
                if (isInline(value)) {
                    line(indent + pad(label, width) + "  " + inline(value));
                } else if (value instanceof Facts inner) {
                    line(indent + label);
                    object(inner, indent + "  ");
                } else {
                    line(indent + label);
                    table((List<?>) value, indent + "  ");
                }
            });
        }

        private static boolean isInline(Object value) {
            return !(value instanceof Facts)
                    && !(value instanceof List<?> list && list.stream().anyMatch(Facts.class::isInstance));
        }

        private static String inline(Object value) {
            if (value instanceof List<?> list) {
                List<String> shown =
                        list.stream().limit(SHOWN_ELEMENTS).map(Text::inline).toList();
                String more = list.size() > SHOWN_ELEMENTS ? ", ... " + list.size() + " in all" : "";
                return "[" + String.join(", ", shown) + more + "]";
            }
            return Printable.of(value.toString(), SHOWN_CHARACTERS);
        }

        /** One row an element, a single element like an object; what an element holds beyond plain values stands indented below its row. */
        private void table(List<?> rows, String indent) {
            if (rows.size() == 1) {
                object((Facts) rows.get(0), indent);
                return;
            }
            List<String> columns = rows.stream()
                    .flatMap(row -> ((Facts) row).entries().entrySet().stream())
                    .filter(entry -> isInline(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .distinct()
                    .toList();
            if (columns.size() > WIDEST_TABLE) {
                for (Object row : rows) {
                    object((Facts) row, indent);
                    line("");
                }
                return;
            }
            int[] width = columns.stream().mapToInt(String::length).toArray();
            List<List<String>> cells = new ArrayList<>();
            for (Object row : rows.subList(0, Math.min(rows.size(), SHOWN_ROWS))) {
                List<String> line = new ArrayList<>();
                for (int c = 0; c < width.length; c++) {
                    Object value = ((Facts) row).entries().get(columns.get(c));
                    String cell = value == null ? "" : inline(value);
                    width[c] = Math.max(width[c], cell.length());
                    line.add(cell);
                }
                cells.add(line);
            }
            line(indent + row(columns.stream().map(Text::label).toList(), width));
            for (int r = 0; r < cells.size(); r++) {
                line(indent + row(cells.get(r), width));
                Facts below = new Facts();
                ((Facts) rows.get(r)).entries().forEach((name, value) -> {
                    if (!isInline(value)) {
                        below.put(name, value);
                    }
                });
                object(below, indent + "    ");
            }
            if (rows.size() > SHOWN_ROWS) {
                line(indent + "... " + rows.size() + " in all, --json has them");
            }
        }

        private static String row(List<String> cells, int[] width) {
            StringBuilder row = new StringBuilder();
            for (int c = 0; c < width.length; c++) {
                row.append(pad(cells.get(c), width[c])).append("  ");
            }
            return row.toString();
        }

        private static String label(String name) {
            return name.replace('_', ' ');
        }

        private static String pad(String value, int width) {
            return value + " ".repeat(Math.max(0, width - value.length()));
        }

        private void line(String line) {
            text.append(line.stripTrailing()).append('\n');
        }
    }
}
