package org.tensorizer.device.emulator;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.tensorizer.device.InnerResults;
import org.tensorizer.isa.Chip;

/** The memories of the chip during one inference of a bound program. Used by one thread at a time, again and again. */
final class Inference {
    private final BoundProgram program;
    final byte[][] narrow = new byte[Chip.TILES][];
    final byte[] arena;
    final byte[] input;
    private final byte[] output;
    private final byte[] mesh;
    final TableLoad[] tables = new TableLoad[Chip.TILES];
    private final ScalarCore.Unit scalar;

    /** Sums of ops that are under way, by number of the execution and tile. */
    final Map<Long, long[][]> sums = new HashMap<>();

    /** Room for kernels. */
    final Scratch scratch = new Scratch();

    Inference(BoundProgram program) {
        this.program = program;
        LinkedProgram linked = program.linked();
        for (int tile = 0; tile < narrow.length; tile++) {
            narrow[tile] = new byte[linked.narrowBytes(tile)];
        }
        arena = new byte[linked.arenaBytes()];
        input = new byte[linked.inputBytes()];
        output = new byte[linked.outputBytes()];
        mesh = new byte[linked.meshBytes()];
        scalar = new ScalarCore.Unit(output);
    }

    /**
     * Runs the program from the first step to the last.
     *
     * @param listener null if nobody listens
     */
    void run(Transfer.Port host, InnerResults.Listener listener) {
        for (byte[] memory : narrow) {
            Arrays.fill(memory, (byte) 0);
        }
        sums.clear();
        scalar.reset();
        int index = 0;
        for (LinkedStep step : program.linked().steps()) {
            if (step instanceof Operation operation) {
                program.kernel(index).run(this);
                if (listener != null) {
                    report(operation, listener);
                }
            } else {
                move(step, host);
            }
            index++;
        }
    }

    private void report(Operation operation, InnerResults.Listener listener) {
        OpShape shape = operation.op().shape();
        int[] outputs = operation.outputs();
        int end = shape.completed(operation.to());
        for (int tile : operation.tiles()) {
            for (int result = shape.completed(operation.from()); result < end; result++) {
                int[] words = Arrays.copyOfRange(outputs, shape.firstWord(result), shape.firstWord(result + 1));
                listener.result(operation.run(), tile, result, narrow[tile], words);
            }
        }
    }

    private void move(LinkedStep step, Transfer.Port host) {
        if (step instanceof LinkedStep.ToNarrow move) {
            toNarrow(move);
        } else if (step instanceof LinkedStep.ToWide move) {
            toWide(move);
        } else if (step instanceof LinkedStep.MeshSend move) {
            LaidWalk words = move.move().source().laid(move.half());
            words.gather(move.from(), move.to(), narrow[move.tile()], mesh, 4 * move.at());
        } else if (step instanceof LinkedStep.MeshReceive move) {
            receive(move);
        } else if (step instanceof LinkedStep.MeshFill fill) {
            int constant = program.chip().meshConstant(fill.move().constant());
            int[] words = fill.move().destination().addresses(fill.half());
            for (int k = fill.from(); k < fill.to(); k++) {
                Words.put(narrow[fill.tile()], 4 * words[k], constant);
            }
        } else if (step instanceof LinkedStep.Output out) {
            Arrays.fill(output, out.at(), out.at() + out.bytes(), (byte) 0);
            System.arraycopy(
                    bytes(out.row()),
                    out.row().offset(),
                    output,
                    out.at(),
                    Math.min(out.row().length(), out.bytes()));
        } else if (step instanceof LinkedStep.Fetch fetch) {
            host.read(fetch.transfer(), input, fetch.transfer().offset());
        } else if (step instanceof LinkedStep.Deliver deliver) {
            host.write(deliver.transfer(), output, deliver.transfer().offset());
        } else if (step instanceof LinkedStep.Table table) {
            tables[table.tile()] = table.load();
        } else {
            rare(step);
        }
    }

    private void rare(LinkedStep step) {
        if (step instanceof LinkedStep.Assemble assemble) {
            int at = assemble.row().offset();
            for (RowBytes part : assemble.parts()) {
                System.arraycopy(bytes(part), part.offset(), arena, at, part.length());
                at += part.length();
            }
        } else if (step instanceof LinkedStep.Collect collect) {
            scalar.collect(bytes(collect.row()), collect.row(), collect.words(), collect.at());
        } else if (step instanceof LinkedStep.FromScalar from) {
            scalar.row(from.at(), arena, from.row().offset(), from.row().length());
        } else if (step instanceof LinkedStep.Compute compute) {
            scalar.run(compute);
        } else {
            throw new IllegalStateException("step " + step);
        }
    }

    /** The memory that holds a row. */
    byte[] bytes(RowBytes row) {
        return switch (row.source()) {
            case CACHED -> program.cached();
            case PARAMETERS -> program.parameters();
            case INPUT -> input;
            case ARENA -> arena;
        };
    }

    private void receive(LinkedStep.MeshReceive move) {
        LaidWalk destination = move.move().destination().laid(move.half());
        byte[] to = narrow[move.tile()];
        if (!program.chip().reverses(move.move().direction)) {
            destination.scatter(move.from(), move.to(), mesh, 4 * move.at(), to);
            return;
        }
        int[] words = destination.addresses();
        for (int k = move.from(), at = 4 * move.at(); k < move.to(); k++, at += 4) {
            copyWord(mesh, at, to, 4 * words[move.to() - 1 - k + move.from()]);
        }
    }

    private static void copyWord(byte[] from, int at, byte[] to, int target) {
        Words.put(to, target, Words.get(from, at));
    }

    private void toNarrow(LinkedStep.ToNarrow move) {
        LaidWalk walk = move.move().words().laid(move.half());
        byte[] from = bytes(move.row());
        byte[] to = narrow[move.tile()];
        int at = move.row().offset() + move.at();
        int end = move.row().offset() + move.row().length();
        int whole = Math.min(move.to(), move.from() + Math.max(0, end - at) / 4);
        walk.scatter(move.from(), whole, from, at, to);
        at += 4 * (whole - move.from());
        int[] words = walk.addresses();
        for (int k = whole; k < move.to(); k++, at += 4) {
            for (int b = 0; b < 4; b++) {
                to[4 * words[k] + b] = at + b < end ? from[at + b] : 0;
            }
        }
    }

    private void toWide(LinkedStep.ToWide move) {
        LaidWalk walk = move.move().words().laid(move.half());
        byte[] from = narrow[move.tile()];
        int offset = move.row().offset();
        if (move.move().square() == 1) {
            walk.gather(move.from(), move.to(), from, arena, offset);
            return;
        }
        int[] words = walk.addresses();
        int end = 4 * (move.to() - move.from());
        for (int at = 0; at < move.row().length(); at++) {
            int origin = move.move().origin(at);
            arena[offset + at] = origin < end ? from[4 * words[move.from() + origin / 4] + origin % 4] : 0;
        }
    }

    /** Arrays that kernels use for the time of one run, kept to be used again. */
    static final class Scratch {
        private float[][] activations = {};
        private float[] part = {};
        private int[] sums = {};
        private int[] words = {};

        /** Rows of at least a width; what they hold is left over. */
        float[][] activations(int rows, int width) {
            if (activations.length < rows) {
                float[][] more = new float[rows][];
                System.arraycopy(activations, 0, more, 0, activations.length);
                activations = more;
            }
            for (int row = 0; row < rows; row++) {
                if (activations[row] == null || activations[row].length < width) {
                    activations[row] = new float[width];
                }
            }
            return activations;
        }

        float[] part(int width) {
            part = part.length < width ? new float[width] : part;
            return part;
        }

        int[] sums(int width) {
            sums = sums.length < width ? new int[width] : sums;
            return sums;
        }

        int[] words(int width) {
            words = words.length < width ? new int[width] : words;
            return words;
        }
    }
}
