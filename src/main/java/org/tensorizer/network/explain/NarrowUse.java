package org.tensorizer.network.explain;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.device.emulator.LinkedPackage;
import org.tensorizer.device.emulator.LinkedProgram;
import org.tensorizer.device.emulator.LinkedStep;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.isa.Chip;
import org.tensorizer.network.Network;

/**
 * How many bytes of narrow memory of each tile are needed over a program: from the step that writes a word to the last one
 * that reads it before it is written again.
 *
 * @param bytes by tile and sample; {@value #POINTS} samples, evenly spaced over the steps of the program
 */
public record NarrowUse(int[][] bytes) {
    static final int POINTS = 240;

    /** Follows the program of an inference. */
    public static NarrowUse of(Network network) {
        LinkedProgram program =
                LinkedPackage.of(network.compiled(), network.model().bytes()).program();
        Counter counter = new Counter(program);
        List<LinkedStep> steps = program.steps();
        for (int now = 0; now < steps.size(); now++) {
            counter.step(steps.get(now), now);
        }
        return new NarrowUse(counter.samples(steps.size()));
    }

    /** Largest number of bytes that a tile needs at once. */
    public int most() {
        return Arrays.stream(bytes).flatMapToInt(Arrays::stream).max().orElse(0);
    }

    private static final class Counter {
        private final int[][] written = new int[Chip.TILES][];
        private final int[][] read = new int[Chip.TILES][];
        private final int[][] changes;

        Counter(LinkedProgram program) {
            changes = new int[Chip.TILES][program.steps().size() + 2];
            for (int tile = 0; tile < Chip.TILES; tile++) {
                int words = (program.narrowBytes(tile) + Chip.WORD_BYTES - 1) / Chip.WORD_BYTES;
                written[tile] = new int[words];
                read[tile] = new int[words];
                Arrays.fill(written[tile], -1);
            }
        }

        void step(LinkedStep step, int now) {
            if (step instanceof Operation operation) {
                operate(operation, now);
            } else if (step instanceof LinkedStep.ToWide move) {
                words(move.tile(), move.move().words().addresses(move.half()), move.from(), move.to(), now, false);
            } else if (step instanceof LinkedStep.ToNarrow move) {
                words(move.tile(), move.move().words().addresses(move.half()), move.from(), move.to(), now, true);
            } else if (step instanceof LinkedStep.MeshSend move) {
                words(move.tile(), move.move().source().addresses(move.half()), move.from(), move.to(), now, false);
            } else if (step instanceof LinkedStep.MeshReceive move) {
                words(move.tile(), move.move().destination().addresses(move.half()), move.from(), move.to(), now, true);
            } else if (step instanceof LinkedStep.MeshFill fill) {
                words(fill.tile(), fill.move().destination().addresses(fill.half()), fill.from(), fill.to(), now, true);
            }
        }

        private void operate(Operation operation, int now) {
            var shape = operation.op().shape();
            int[] activations = operation.activations();
            int[] outputs = operation.outputs();
            int first = shape.completed(operation.from());
            int last = shape.completed(operation.to());
            for (int tile : operation.tiles()) {
                for (int k = operation.from(); activations != null && k < operation.to(); k++) {
                    int at = operation.op().resize() == null
                            ? activations[k]
                            : operation.op().resize().pixel(activations, k);
                    read(tile, at / Chip.WORD_BYTES, now);
                }
                for (int word = shape.firstWord(first); word < shape.firstWord(last); word++) {
                    write(tile, outputs[word] / Chip.WORD_BYTES, now);
                }
            }
        }

        private void words(int tile, int[] words, int from, int to, int now, boolean writes) {
            for (int k = from; k < to; k++) {
                if (writes) {
                    write(tile, words[k], now);
                } else {
                    read(tile, words[k], now);
                }
            }
        }

        private void read(int tile, int word, int now) {
            read[tile][word] = now;
        }

        private void write(int tile, int word, int now) {
            close(tile, word);
            written[tile][word] = now;
            read[tile][word] = -1;
        }

        private void close(int tile, int word) {
            if (written[tile][word] >= 0 && read[tile][word] >= 0) {
                changes[tile][written[tile][word]] += Chip.WORD_BYTES;
                changes[tile][read[tile][word] + 1] -= Chip.WORD_BYTES;
            }
        }

        /** The largest use within each span of steps. */
        int[][] samples(int steps) {
            int[][] samples = new int[Chip.TILES][POINTS];
            for (int tile = 0; tile < Chip.TILES; tile++) {
                for (int word = 0; word < written[tile].length; word++) {
                    close(tile, word);
                }
                int used = 0;
                for (int now = 0; now < steps; now++) {
                    used += changes[tile][now];
                    int point = (int) ((long) now * POINTS / steps);
                    samples[tile][point] = Math.max(samples[tile][point], used);
                }
            }
            return samples;
        }
    }
}
