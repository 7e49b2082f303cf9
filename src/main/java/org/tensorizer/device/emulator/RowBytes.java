package org.tensorizer.device.emulator;

/**
 * The bytes of a row of wide memory, or of a packet: not where they stand but where they came from. Rows that are sent,
 * stored, popped or looped back stay the same bytes, so a linked program names them and moves nothing.
 *
 * <p>Immutable but for the mark that some step reads it, which linking sets. Length 0 to 256; bytes of a row behind its
 * length are undefined.
 */
public final class RowBytes {
    /** Memories that rows come from. */
    public enum Source {
        /** Parameters that were in wide memory before the program began: the payload sent earlier. */
        CACHED,
        /** The parameters that the program itself brings in, all transfers in a row, each padded to whole units. */
        PARAMETERS,
        /** The inputs, all transfers in a row, each padded to whole units. */
        INPUT,
        /** Rows that steps of the program write. */
        ARENA
    }

    private final Source source;
    private final int offset;
    private final int length;
    private final RowBytes whole;
    private boolean read;
    private int holders;

    private RowBytes(Source source, int offset, int length, RowBytes whole) {
        this.source = source;
        this.offset = offset;
        this.length = length;
        this.whole = whole == null ? this : whole;
    }

    static RowBytes of(Source source, int offset, int length) {
        return new RowBytes(source, offset, length, null);
    }

    /** A part of it. */
    RowBytes slice(int from, int bytes) {
        return from == 0 && bytes == length ? this : new RowBytes(source, offset + from, bytes, whole);
    }

    public Source source() {
        return source;
    }

    /** First byte in its source. */
    public int offset() {
        return offset;
    }

    /** Bytes that were written. */
    public int length() {
        return length;
    }

    /** Whether they are the same in every inference: parameters. */
    public boolean isConstant() {
        return source == Source.CACHED || source == Source.PARAMETERS;
    }

    /** Whether a step of the program reads them; what nobody reads need not be written. */
    public boolean isRead() {
        return whole.read;
    }

    RowBytes markRead() {
        whole.read = true;
        return this;
    }

    /** One more place holds them. */
    void hold(int more) {
        whole.holders += more;
    }

    /** A place holds them no longer; true if it was the last one and they stand in the arena. */
    boolean release() {
        return --whole.holders == 0 && source == Source.ARENA;
    }

    RowBytes whole() {
        return whole;
    }

    /** Whether two name the same bytes. */
    boolean isSame(RowBytes that) {
        return this == that || source == that.source && offset == that.offset && length == that.length;
    }

    @Override
    public String toString() {
        return source + " bytes " + offset + ".." + (offset + length - 1);
    }
}
