package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/**
 * A FlexBuffer whose root is a map, read by key. Widths of 1, 2, 4 and 8 bytes. Like {@link FlatTable} it checks before
 * it reads, which the FlexBuffers class of flatbuffers-java does not.
 *
 * <p>A FlexBuffer is read from its end: width of the root value, its type, the value. A value's type byte holds the kind
 * in the upper six bits and in the lower two the width (log2) of what it points to; offsets point backwards.
 */
final class FlexBufferMap {
    private static final int INT = 1;
    private static final int UINT = 2;
    private static final int STRING = 5;
    private static final int INDIRECT_INT = 6;
    private static final int INDIRECT_UINT = 7;
    private static final int MAP = 9;
    private static final int VECTOR = 10;
    private static final int VECTOR_INT = 11;
    private static final int VECTOR_UINT = 12;
    private static final int BLOB = 25;

    private final CheckedBytes bytes;
    private final ByteRange region;
    private final String name;
    private final Vector values;
    private final Vector keys;

    /**
     * A value: where it stands, how wide it is there, and its type byte.
     */
    record Value(int at, int width, int type) {
        int kind() {
            return type >> 2;
        }

        int childWidth() {
            return 1 << (type & 3);
        }
    }

    /** Elements that follow their count: start, width of each, count. */
    private record Vector(int start, int width, int count) {
        int at(int index) {
            return start + index * width;
        }

        int typesAt() {
            return start + count * width;
        }
    }

    /**
     * @param name what the buffer is, for messages
     * @throws BadInputException if its root is no map
     */
    FlexBufferMap(CheckedBytes bytes, ByteRange region, String name) {
        this.bytes = bytes;
        this.region = region;
        this.name = name;
        int end =
                bytes.range(region, region.end() - 3L, 3, region.start(), name).end();
        int width = bytes.int8(end - 1);
        if (width != 1 && width != 2 && width != 4 && width != 8) {
            throw bytes.fault(end - 1, name, "expected a FlexBuffer root of 1, 2, 4 or 8 bytes, found " + width);
        }
        int at = bytes.check(region, end - 2L - width, width, end - 1, name);
        Value root = new Value(at, width, Byte.toUnsignedInt(bytes.int8(end - 2)));
        if (root.kind() != MAP) {
            throw bytes.fault(end - 2, name, "expected a FlexBuffer map (kind 9), found kind " + root.kind());
        }
        this.values = vector(root, 1, name);
        int mapWidth = values.width();
        // in front of the values: offset to the keys, width of the keys, count
        int head = bytes.check(region, values.start() - 3L * mapWidth, mapWidth, at, name);
        long keyWidth = bytes.unsigned(head + mapWidth, mapWidth);
        if (keyWidth != 1 && keyWidth != 2 && keyWidth != 4 && keyWidth != 8) {
            throw bytes.fault(head + mapWidth, name, "expected keys of 1, 2, 4 or 8 bytes, found " + keyWidth);
        }
        this.keys = vector(target(head, mapWidth, name), (int) keyWidth, 0, name);
        if (keys.count() != values.count()) {
            throw bytes.fault(
                    keys.start(),
                    name,
                    "expected " + values.count() + " keys for as many values, found " + keys.count());
        }
    }

    /** The value of a key of one character. */
    Optional<Value> find(char key) {
        bytes.unfold(keys.count(), 1, keys.start(), name);
        for (int i = 0; i < keys.count(); i++) {
            long text = target(keys.at(i), keys.width(), name);
            int at = bytes.check(region, text, 2, keys.at(i), name);
            if (bytes.int8(at) == key && bytes.int8(at + 1) == 0) {
                return Optional.of(value(values, i));
            }
        }
        return Optional.empty();
    }

    /** A whole number. */
    long number(Value value, String field) {
        boolean indirect = value.kind() == INDIRECT_INT || value.kind() == INDIRECT_UINT;
        int width = indirect ? value.childWidth() : value.width();
        int at = indirect
                ? bytes.check(region, target(value.at(), value.width(), field), width, value.at(), field)
                : value.at();
        return switch (value.kind()) {
            case INT, INDIRECT_INT -> bytes.signed(at, width);
            case UINT, INDIRECT_UINT -> bytes.unsigned(at, width);
            default -> throw bytes.fault(value.at(), field, "expected a whole number, found kind " + value.kind());
        };
    }

    /** Bytes of a string or blob. */
    ByteRange content(Value value, String field) {
        if (value.kind() != STRING && value.kind() != BLOB) {
            throw bytes.fault(value.at(), field, "expected a string (kind 5) or blob (25), found kind " + value.kind());
        }
        Vector vector = vector(value, 0, field);
        return new ByteRange(vector.start(), vector.start() + vector.count());
    }

    /** The length in front of a string or blob. */
    ByteRange lengthField(Value value, String field) {
        int start = content(value, field).start();
        return new ByteRange(start - value.childWidth(), start);
    }

    /** Elements of a vector, typed or not. */
    List<Value> elements(Value value, String field) {
        boolean typed = value.kind() == VECTOR_INT || value.kind() == VECTOR_UINT;
        if (value.kind() != VECTOR && !typed) {
            throw bytes.fault(value.at(), field, "expected a vector, found kind " + value.kind());
        }
        Vector vector = vector(value, typed ? 0 : 1, field);
        bytes.unfold(vector.count(), CheckedBytes.NUMBER, vector.start(), field);
        List<Value> elements = new ArrayList<>(vector.count());
        for (int i = 0; i < vector.count(); i++) {
            int kind = value.kind() == VECTOR_INT ? INT : UINT;
            elements.add(typed ? new Value(vector.at(i), vector.width(), kind << 2) : value(vector, i));
        }
        return elements;
    }

    private Value value(Vector vector, int index) {
        int type = Byte.toUnsignedInt(bytes.int8(vector.typesAt() + index));
        return new Value(vector.at(index), vector.width(), type);
    }

    /**
     * The vector a value points to.
     *
     * @param typeBytes bytes for each element that follow the elements
     */
    private Vector vector(Value value, int typeBytes, String field) {
        long start = target(value.at(), value.width(), field);
        if (value.kind() == STRING || value.kind() == BLOB) {
            return bytesVector(start, value.childWidth(), field);
        }
        return vector(start, value.childWidth(), typeBytes, field);
    }

    private Vector vector(long start, int width, int typeBytes, String field) {
        long count = count(start, width, field);
        long each = width + typeBytes;
        if (count < 0 || count > region.length()) {
            throw bytes.fault(
                    start - width,
                    field,
                    "expected a count that fits " + region + ", found " + Long.toUnsignedString(count));
        }
        return new Vector(bytes.check(region, start, count * each, (int) (start - width), field), width, (int) count);
    }

    private Vector bytesVector(long start, int lengthWidth, String field) {
        ByteRange content =
                bytes.range(region, start, count(start, lengthWidth, field), (int) (start - lengthWidth), field);
        return new Vector(content.start(), 1, content.length());
    }

    private long count(long start, int width, String field) {
        return bytes.unsigned(bytes.check(region, start - width, width, (int) start, field), width);
    }

    /** Where the offset at {@code at} points to. */
    private long target(int at, int width, String field) {
        long back = bytes.unsigned(at, width);
        if (back < 0 || back > at - region.start()) {
            throw bytes.fault(
                    at, field, "expected an offset back into " + region + ", found " + Long.toUnsignedString(back));
        }
        return at - back;
    }
}
