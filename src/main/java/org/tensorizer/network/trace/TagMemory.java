package org.tensorizer.network.trace;

import java.util.Arrays;
import org.tensorizer.device.emulator.LinkedProgram;
import org.tensorizer.device.emulator.RowBytes;
import org.tensorizer.isa.Chip;

/** The memories of the chip with a tag in place of each byte. */
final class TagMemory {
    final int[][] narrow = new int[Chip.TILES][];
    final int[] arena;
    final int[] input;
    final int[] output;
    final int[] mesh;
    final int[] scalar = new int[Chip.SCALAR_WORDS * Chip.WORD_BYTES];
    private final int[] cached;
    private final int[] parameters;

    /**
     * @param cached tags of the parameters that are in wide memory
     * @param parameters tags of the parameters that the program itself brings in
     */
    TagMemory(LinkedProgram program, int[] cached, int[] parameters) {
        this.cached = cached;
        this.parameters = parameters;
        for (int tile = 0; tile < narrow.length; tile++) {
            narrow[tile] = new int[program.narrowBytes(tile)];
        }
        arena = new int[program.arenaBytes()];
        input = new int[program.inputBytes()];
        output = new int[program.outputBytes()];
        mesh = new int[program.meshBytes()];
    }

    /** The memory that holds a row, which begins there at its offset. */
    int[] of(RowBytes row) {
        return switch (row.source()) {
            case CACHED -> cached;
            case PARAMETERS -> parameters;
            case INPUT -> input;
            case ARENA -> arena;
        };
    }

    /** Tag of a byte of a row, NOTHING behind its end. */
    int tag(RowBytes row, int at) {
        return at < row.length() ? of(row)[row.offset() + at] : Tag.NOTHING;
    }

    /** Copies the first bytes of a row; what is behind its end becomes NOTHING. */
    void copy(RowBytes row, int[] to, int at, int bytes) {
        int length = Math.min(row.length(), bytes);
        System.arraycopy(of(row), row.offset(), to, at, length);
        Arrays.fill(to, at + length, at + bytes, Tag.NOTHING);
    }
}
