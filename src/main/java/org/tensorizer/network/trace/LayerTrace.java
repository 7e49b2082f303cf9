package org.tensorizer.network.trace;

import java.util.Arrays;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.device.emulator.RowBytes;

/** A layer: weights are rows of the payload. */
final class LayerTrace extends OpTrace {
    private final int[] words;
    private final int[] offsets;

    LayerTrace(TagMemory memory, Operation operation, int index, OpInstruction instruction, int number) {
        super(memory, operation, index, instruction, number);
        words = new int[shape.steps()];
        offsets = new int[shape.steps()];
    }

    @Override
    void read(Operation operation, int index, int from, int to) {
        int[] narrow = memory.narrow[tile];
        int[] activations = operation.activations();
        RowBytes before = null;
        int offset = 0;
        for (int step = from; step < to; step++) {
            RowBytes row = operation.row(index, step);
            if (row != before) {
                offset = payloadOffset(row, shape.groupLanes(shape.group(step)));
                before = row;
            }
            offsets[step] = offset;
            words[step] = memory.words.of(narrow, activations[step]);
        }
    }

    private int payloadOffset(RowBytes row, int lanes) {
        int head = memory.tag(row, 0);
        int last = memory.tag(row, 4 * lanes - 1);
        if (Tag.kind(head) != Tag.PARAMETER || last != head + 4 * lanes - 1) {
            throw new TraceException(instruction + ": weights that are no row of the payload");
        }
        return Tag.index(head);
    }

    @Override
    void finish(int from, int to) {}

    /** Steps sorted by result, those of a result by payload offset. */
    @Override
    OpRecord.Content content() {
        int results = shape.results();
        int steps = shape.steps();
        if (steps % results != 0) {
            return problem("results of different length");
        }
        int taps = steps / results;
        int[] next = new int[results];
        int[] order = new int[steps];
        for (int step = 0; step < steps; step++) {
            int result = shape.result(step);
            if (next[result] == taps) {
                return problem("results of different length");
            }
            order[result * taps + next[result]++] = step;
        }
        int[] rank = ranks(order, taps);
        int[] bases = new int[results];
        int[] distances = new int[taps];
        int[] sorted = new int[steps];
        for (int result = 0; result < results; result++) {
            int first = result * taps;
            bases[result] = offsets[order[first + rank[0]]];
            for (int tap = 0; tap < taps; tap++) {
                int step = order[first + rank[tap]];
                int distance = offsets[step] - bases[result];
                if (result == 0) {
                    distances[tap] = distance;
                } else if (distances[tap] != distance) {
                    return problem("rows in varying order");
                }
                sorted[first + tap] = words[step];
            }
        }
        return new OpRecord.Layer(taps, sorted, bases, distances, "");
    }

    /** Positions of the steps of the first result in the order of their payload offsets. */
    private int[] ranks(int[] order, int taps) {
        long[] keyed = new long[taps];
        for (int tap = 0; tap < taps; tap++) {
            keyed[tap] = (long) offsets[order[tap]] << 32 | tap;
        }
        Arrays.sort(keyed);
        return Arrays.stream(keyed).mapToInt(key -> (int) key).toArray();
    }

    private OpRecord.Content problem(String what) {
        int low = Arrays.stream(offsets).min().orElse(0);
        return new OpRecord.Layer(1, new int[shape.results()], filled(shape.results(), low), new int[1], what);
    }

    private static int[] filled(int length, int value) {
        int[] filled = new int[length];
        Arrays.fill(filled, value);
        return filled;
    }
}
