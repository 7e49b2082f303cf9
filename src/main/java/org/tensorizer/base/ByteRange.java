package org.tensorizer.base;

/**
 * Bytes {@code start} to {@code end - 1} of a file, absolute offsets.
 *
 * @param start first byte
 * @param end one past the last byte, never below {@code start}
 */
public record ByteRange(int start, int end) {
    public ByteRange {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("byte range [" + start + ", " + end + ")");
        }
    }

    public int length() {
        return end - start;
    }

    public boolean isEmpty() {
        return start == end;
    }

    public boolean contains(int offset) {
        return offset >= start && offset < end;
    }

    public boolean contains(ByteRange other) {
        return other.start >= start && other.end <= end;
    }

    /** The interval as mathematicians and the field's tools write it: {@code [start, end)}. */
    @Override
    public String toString() {
        return "[" + start + ", " + end + ")";
    }
}
