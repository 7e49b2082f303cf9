package org.tensorizer.network.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.device.emulator.LinkedProgram;
import org.tensorizer.device.emulator.RowBytes;
import org.tensorizer.isa.Chip;

/**
 * The memories of the chip with a tag in place of each byte, and what all ops of a program share while it is followed: the
 * payload, words of activations, constants of the mesh, numbers of results.
 */
final class TagMemory {
    final int[][] narrow = new int[Chip.TILES][];
    final int[] arena;
    final int[] input;
    final int[] output;
    final int[] mesh;
    final int[] scalar = new int[Chip.SCALAR_WORDS * Chip.WORD_BYTES];
    final byte[] payload;
    final TagWords words = new TagWords();
    final List<Trace.Fill> fills = new ArrayList<>();
    private final Map<Trace.Fill, Integer> fillNumbers = new HashMap<>();
    private final int[] cached;
    private final int[] parameters;
    private long results;

    /**
     * @param cached tags of the parameters that are in wide memory
     * @param parameters tags of the parameters that the program itself brings in
     * @param payload the bytes of both; not a copy
     */
    TagMemory(LinkedProgram program, int[] cached, int[] parameters, byte[] payload) {
        this.payload = payload;
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

    /** Number of the first of so many bytes of results. */
    int resultBytes(long count) {
        long first = results;
        results += count;
        return Tag.index(Tag.of(Tag.RESULT, first));
    }

    /** Tag of the first byte of a constant. */
    int fill(Place place, int word) {
        Trace.Fill fill = new Trace.Fill(place, word);
        int number = fillNumbers.computeIfAbsent(fill, f -> {
            fills.add(f);
            return fills.size() - 1;
        });
        return Tag.of(Tag.FILL, 4L * number);
    }

    /** Value of a byte that depends on no input: a constant or a byte of the payload; 0 for nothing. */
    int value(int tag) {
        return switch (Tag.kind(tag)) {
            case Tag.FILL -> fills.get(Tag.index(tag) / 4).value(Tag.index(tag) % 4);
            case Tag.PARAMETER -> payload[Tag.index(tag)] & 0xff;
            default -> 0;
        };
    }
}
