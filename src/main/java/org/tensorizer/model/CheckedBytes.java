package org.tensorizer.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/**
 * The bytes of one file, little-endian, read only after a check. Whatever an offset says, the answer is a value or a
 * {@link BadInputException} that names file, offset and field.
 *
 * <p>FlatBuffers may share: a hundred thousand list entries can point to one table, so a small file may unfold to
 * gigabytes of facts and hours of work. Everything unfolded is therefore charged against a budget that grows with the
 * file; honest files need a small part of it.
 *
 * <p>For one thread.
 */
final class CheckedBytes {
    /** What a table, with the objects made for it, may take on the heap. */
    static final int TABLE = 256;

    /** What a number in a list may take on the heap. */
    static final int NUMBER = 32;

    private static final int STRING = 64;
    private static final int STRING_BYTE = 6;
    private static final long BUDGET = 1 << 20;
    private static final long BUDGET_PER_BYTE = 32;

    private final String file;
    private final ByteBuffer bytes;
    private long budget;

    CheckedBytes(String file, byte[] bytes) {
        this.file = file;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.budget = BUDGET + BUDGET_PER_BYTE * bytes.length;
    }

    ByteRange all() {
        return new ByteRange(0, bytes.capacity());
    }

    /** The exception to throw for a fault at an offset. */
    BadInputException fault(long at, String field, String problem) {
        return BadInputException.at(file, at, field, problem);
    }

    /** Whether {@code length} bytes from {@code at} on lie in the region. */
    boolean fits(ByteRange region, long at, long length) {
        return at >= region.start() && length >= 0 && at <= region.end() && length <= region.end() - at;
    }

    /**
     * Checks that {@code length} bytes from {@code at} on lie in the region, and gives their start.
     *
     * @param seen offset of the number that led there, which is where the fault is if they do not
     */
    int check(ByteRange region, long at, long length, int seen, String field) {
        if (!fits(region, at, length)) {
            throw fault(
                    seen,
                    field,
                    "expected an offset or length that stays within " + region + ", found one that leads to "
                            + Long.toUnsignedString(length) + " bytes at " + at);
        }
        return (int) at;
    }

    /** The same, as a range. */
    ByteRange range(ByteRange region, long at, long length, int seen, String field) {
        int start = check(region, at, length, seen, field);
        return new ByteRange(start, (int) (start + length));
    }

    /** Charges the budget for facts that are about to be unfolded. */
    void unfold(long count, int each, long at, String field) {
        budget -= count * each;
        if (budget < 0) {
            throw fault(
                    at,
                    field,
                    "expected tables and lists of a size that fits the file, found one unfolding to " + "more than "
                            + BUDGET_PER_BYTE + " times its " + bytes.capacity() + " bytes");
        }
    }

    /** Text in UTF-8; bytes that are none become U+FFFD. */
    String text(ByteRange range, String field) {
        if (range.isEmpty()) {
            return "";
        }
        unfold(1, STRING, range.start(), field);
        unfold(range.length(), STRING_BYTE, range.start(), field);
        return new String(bytes.array(), range.start(), range.length(), StandardCharsets.UTF_8);
    }

    byte int8(int at) {
        return bytes.get(at);
    }

    short int16(int at) {
        return bytes.getShort(at);
    }

    int int32(int at) {
        return bytes.getInt(at);
    }

    long int64(int at) {
        return bytes.getLong(at);
    }

    float float32(int at) {
        return bytes.getFloat(at);
    }

    /** Unsigned number of 1, 2, 4 or 8 bytes; one of 8 bytes above 2^63 comes out negative. */
    long unsigned(int at, int width) {
        return switch (width) {
            case 1 -> Byte.toUnsignedLong(int8(at));
            case 2 -> Short.toUnsignedLong(int16(at));
            case 4 -> Integer.toUnsignedLong(int32(at));
            default -> int64(at);
        };
    }

    /** Signed number of 1, 2, 4 or 8 bytes. */
    long signed(int at, int width) {
        return switch (width) {
            case 1 -> int8(at);
            case 2 -> int16(at);
            case 4 -> int32(at);
            default -> int64(at);
        };
    }

    /**
     * Checks that regions share no byte: patching one would change the other. FlatBuffers themselves allow it, compilers
     * never do it.
     *
     * @param field what the regions are, for the message
     * @throws BadInputException if two of them overlap
     */
    void checkDisjoint(List<ByteRange> regions, String field) {
        List<ByteRange> sorted = new ArrayList<>(regions);
        sorted.removeIf(ByteRange::isEmpty);
        sorted.sort(Comparator.comparingInt(ByteRange::start));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).start() < sorted.get(i - 1).end()) {
                throw fault(
                        sorted.get(i).start(),
                        field,
                        "expected regions that do not overlap, found " + sorted.get(i - 1) + " and " + sorted.get(i));
            }
        }
    }
}
