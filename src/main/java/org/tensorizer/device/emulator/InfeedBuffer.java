package org.tensorizer.device.emulator;

import java.util.Arrays;

/**
 * The buffer of one infeed stream: which unit of the stream stands at which position. Units are numbered as the counter
 * of the stream counts them, which a program can set anew.
 */
final class InfeedBuffer {
    private static final int NOTHING = Integer.MIN_VALUE;

    private final HostMove.Stream stream;
    private final int[] units;
    private int infed;
    private int read;

    /** Number of the stream's first unit. */
    private int origin;

    InfeedBuffer(HostMove.Stream stream) {
        this.stream = stream;
        units = new int[stream.units];
        Arrays.fill(units, NOTHING);
    }

    /** Units infed, as the counter has them. */
    int infed() {
        return infed;
    }

    /** Units read. */
    int read() {
        return read;
    }

    /** Units that can come in; the last unit of the input that was read may be read once more. */
    int room() {
        return units.length - (infed - read) - (stream == HostMove.Stream.INPUT ? 1 : 0);
    }

    /** Units come in, from a position on. */
    void put(int position, int count) {
        for (int k = 0; k < count; k++) {
            units[(position + k) % units.length] = infed + k;
        }
        infed += count;
    }

    /** Refuses units that are not where a pop looks for them. */
    void requireAt(HostMove pop, int first, int from, int to) {
        for (int k = from; k < to; k++) {
            pop.site.require(
                    units[(pop.base + k) % units.length] == first + k, "unit %d is not at its address", first + k);
        }
    }

    /** Marks units as read; those that were not read before. */
    int readUpTo(int from, int to) {
        int fresh = Math.max(0, to - Math.max(read, from));
        read = Math.max(read, to);
        return fresh;
    }

    /** The counter is set. */
    void renumber(int value) {
        int by = value - infed;
        infed += by;
        read += by;
        origin += by;
        Arrays.fill(units, NOTHING);
    }

    /** Byte of the stream where a unit begins. */
    int offset(int unit) {
        return (unit - origin) * stream.unit;
    }

    /** Bytes of the stream. */
    RowBytes bytes(int offset, int length) {
        RowBytes.Source source = stream == HostMove.Stream.INPUT ? RowBytes.Source.INPUT : RowBytes.Source.PARAMETERS;
        return RowBytes.of(source, offset, length);
    }
}
