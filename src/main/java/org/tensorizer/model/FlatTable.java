package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.Layer.IndexRange;

/**
 * A table of a FlatBuffer that lies in a region of a file, read by slot numbers. The generated accessors trust their
 * bytes; this class checks each vtable, offset and length against the region before it is used, and it knows where in
 * the file a field stands.
 *
 * <p>A field that the table leaves out reads as the given default, zero, an empty text, list or range.
 */
final class FlatTable {
    private static final int OFFSET = 4;
    private static final int ABSENT = -1;

    private final CheckedBytes bytes;
    private final ByteRange region;
    private final String type;
    private final int position;
    private final int size;
    private final int vtable;
    private final int slots;

    private FlatTable(CheckedBytes bytes, ByteRange region, String type, long position, int seen) {
        this.bytes = bytes;
        this.region = region;
        this.type = type;
        bytes.unfold(1, CheckedBytes.TABLE, seen, type);
        this.position = bytes.check(region, position, OFFSET, seen, type);
        this.vtable = bytes.check(region, position - bytes.int32(this.position), 4, this.position, type);
        long vtableSize = bytes.unsigned(vtable, 2);
        if (vtableSize < 4 || vtableSize % 2 != 0) {
            throw bytes.fault(vtable, type, "expected a vtable of an even size from 4 on, found " + vtableSize);
        }
        bytes.check(region, vtable, vtableSize, vtable, type);
        this.slots = (int) (vtableSize - 4) / 2;
        this.size = (int) bytes.unsigned(vtable + 2, 2);
        bytes.check(region, position, Math.max(size, OFFSET), vtable + 2, type);
    }

    /**
     * The root table of the FlatBuffer that fills a region.
     *
     * @param type name of the table, for messages
     */
    static FlatTable root(CheckedBytes bytes, ByteRange region, String type) {
        int at = bytes.check(region, region.start(), 8, region.start(), type);
        return new FlatTable(bytes, region, type, at + bytes.unsigned(at, OFFSET), at);
    }

    /** Absolute offset of the table, which is where the offset to its vtable stands. */
    int position() {
        return position;
    }

    /** The exception to throw for what a field holds. */
    BadInputException fault(int slot, String field, String problem) {
        int offset = slot < slots ? (int) bytes.unsigned(vtable + 4 + 2 * slot, 2) : 0;
        return bytes.fault(position + offset, name(field), problem);
    }

    /** Where the scalar or offset of a slot stands in the file, if the table has it. */
    Optional<ByteRange> field(int slot, int width, String field) {
        int at = at(slot, width, field);
        return at == ABSENT ? Optional.empty() : Optional.of(new ByteRange(at, at + width));
    }

    boolean bool(int slot, String field) {
        return int8(slot, field) != 0;
    }

    int int8(int slot, String field) {
        int at = at(slot, 1, field);
        return at == ABSENT ? 0 : bytes.int8(at);
    }

    int int16(int slot, String field) {
        int at = at(slot, 2, field);
        return at == ABSENT ? 0 : bytes.int16(at);
    }

    int int32(int slot, int absent, String field) {
        int at = at(slot, 4, field);
        return at == ABSENT ? absent : bytes.int32(at);
    }

    int int32(int slot, String field) {
        return int32(slot, 0, field);
    }

    long int64(int slot, String field) {
        int at = at(slot, 8, field);
        return at == ABSENT ? 0 : bytes.int64(at);
    }

    float float32(int slot, String field) {
        int at = at(slot, 4, field);
        return at == ABSENT ? 0 : bytes.float32(at);
    }

    /**
     * The constant that a number of this table stands for.
     *
     * @param constants in the order of their numbers, from 0 on
     * @param expected what the message says that these are
     */
    <E extends Enum<E>> E constant(int slot, int code, String field, E[] constants, String expected) {
        if (code < 0 || code >= constants.length) {
            throw fault(slot, field, "expected " + expected + ", found " + code);
        }
        return constants[code];
    }

    /** Content of a string. */
    String text(int slot, String field) {
        return bytes.text(bytes(slot, field), type);
    }

    /** Content of a byte vector or string; the empty range at the start of the table if it is left out. */
    ByteRange bytes(int slot, String field) {
        return elements(slot, 1, field);
    }

    /** The elements of a vector of numbers; the empty range at the start of the table if it is left out. */
    ByteRange elements(int slot, int width, String field) {
        int at = at(slot, OFFSET, field);
        return at == ABSENT ? new ByteRange(position, position) : vector(at, width, field);
    }

    /** Contents of a vector of strings. */
    List<ByteRange> strings(int slot, String field) {
        return list(slot, OFFSET, CheckedBytes.TABLE, field, at -> vector(at, 1, field));
    }

    List<Integer> int32s(int slot, String field) {
        return list(slot, 4, CheckedBytes.NUMBER, field, bytes::int32);
    }

    List<Long> int64s(int slot, String field) {
        return list(slot, 8, CheckedBytes.NUMBER, field, bytes::int64);
    }

    List<Float> float32s(int slot, String field) {
        return list(slot, 4, CheckedBytes.NUMBER, field, bytes::float32);
    }

    /** A vector of structs of two 32-bit numbers. */
    List<IndexRange> indexRanges(int slot, String field) {
        return list(slot, 8, CheckedBytes.NUMBER, field, at -> new IndexRange(bytes.int32(at), bytes.int32(at + 4)));
    }

    Optional<FlatTable> table(int slot, String field, String type) {
        int at = at(slot, OFFSET, field);
        return at == ABSENT ? Optional.empty() : Optional.of(follow(at, type));
    }

    List<FlatTable> tables(int slot, String field, String type) {
        return list(slot, OFFSET, OFFSET, field, at -> follow(at, type));
    }

    private FlatTable follow(int at, String type) {
        return new FlatTable(bytes, region, type, at + bytes.unsigned(at, OFFSET), at);
    }

    private <T> List<T> list(int slot, int width, int heap, String field, IntFunction<T> element) {
        int at = at(slot, OFFSET, field);
        if (at == ABSENT) {
            return List.of();
        }
        ByteRange vector = vector(at, width, field);
        int length = vector.length() / width;
        bytes.unfold(length, heap, vector.start(), type);
        List<T> list = new ArrayList<>(length);
        for (int from = vector.start(); from < vector.end(); from += width) {
            list.add(element.apply(from));
        }
        return list;
    }

    /** Elements of the vector that the offset at {@code at} points to. */
    private ByteRange vector(int at, int width, String field) {
        long start = at + bytes.unsigned(at, OFFSET);
        check(start, OFFSET, at, field);
        long length = width * bytes.unsigned((int) start, OFFSET);
        check(start + OFFSET, length, (int) start, field);
        return new ByteRange((int) start + OFFSET, (int) (start + OFFSET + length));
    }

    private void check(long at, long length, int seen, String field) {
        if (!bytes.fits(region, at, length)) {
            bytes.check(region, at, length, seen, name(field));
        }
    }

    /** Absolute offset of a slot's inline bytes, {@link #ABSENT} if the table leaves it out. */
    private int at(int slot, int width, String field) {
        if (slot >= slots) {
            return ABSENT;
        }
        int offset = (int) bytes.unsigned(vtable + 4 + 2 * slot, 2);
        if (offset == 0) {
            return ABSENT;
        }
        if (offset < OFFSET || offset + width > size) {
            throw bytes.fault(
                    vtable + 4 + 2 * slot,
                    name(field),
                    "expected " + width + " bytes within the table's " + size + ", found them at " + offset);
        }
        return position + offset;
    }

    String name(String field) {
        return type + "." + field;
    }
}
