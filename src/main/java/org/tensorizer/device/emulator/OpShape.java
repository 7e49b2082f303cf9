package org.tensorizer.device.emulator;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Wait;

/**
 * How the steps of an op make up results, and where it has to stop: for slots and for the parameters of the next channel
 * group. The same on all tiles. Arrays are shared; nobody changes them. Thread-safe.
 */
public final class OpShape {
    private final TensorOp op;
    private final int[] result;
    private final int[] last;
    private final int[] group;
    private final int[] lanes;
    private final int[] firstWord;
    private final int[] edges;

    /** By half of the window of the weight walk: the rows of each section, for each step which of them it reads. */
    private record WeightRowList(int[][] rows, int[] index) {}

    private final WeightRowList[] weightRows = new WeightRowList[2];

    private OpShape(TensorOp op, int[] result, int[] last, int[] group, int[] lanes, int[] firstWord, int[] edges) {
        this.op = op;
        this.result = result;
        this.last = last;
        this.group = group;
        this.lanes = lanes;
        this.firstWord = firstWord;
        this.edges = edges;
    }

    static OpShape of(TensorOp op) {
        AddressWalk rounds = op.rounds();
        int steps = rounds.total();
        int read = op.opcode() == Opcode.MULTIPLY_ACCUMULATE ? op.activations().total() : steps;
        op.site()
                .require(
                        read == steps
                                && op.weights().total() == steps
                                && op.sums().total() == steps,
                        "walks of %d, %d, %d for %d steps",
                        read,
                        op.weights().total(),
                        op.sums().total(),
                        steps);
        int[] result = op.sumsInside() ? byWindow(op, steps) : byLoops(op, steps);
        int[] last = lastSteps(op, result);
        int[] group = new int[steps];
        Arrays.setAll(group, k -> rounds.blockOf(op.groupLevel, k));
        int groups = group[steps - 1] + 1;
        int[] lanes = new int[last.length];
        Arrays.fill(lanes, op.lanes());
        boolean uneven = op.lanesLast != op.lanes();
        for (int k = 0; uneven && k < steps; k++) {
            if (group[k] == groups - 1) {
                lanes[result[k]] = op.lanesLast;
            }
        }
        SortedSet<Integer> edges = slotEdges(op, steps);
        if (op.hasGroupParameters() || uneven) {
            for (int k = 1; k < steps; k++) {
                if (group[k] != group[k - 1]) {
                    edges.add(k);
                }
            }
        }
        return new OpShape(op, result, last, group, lanes, words(op, lanes), toArray(edges));
    }

    static OpShape ofResize(TensorOp op) {
        int taps = op.resize().taps();
        int steps = op.rounds().total();
        int[] result = new int[steps];
        Arrays.setAll(result, k -> k / taps);
        for (int half = 0; half < (op.activations().hasWindow() ? 2 : 1); half++) {
            for (int k = 0; k < steps; k++) {
                int pixel = op.resize().pixel(op.activations().addresses(half), k);
                op.site()
                        .require(
                                pixel >= 0 && pixel + Chip.WORD_BYTES <= Chip.NARROW_BYTES,
                                "pixel at narrow byte %d",
                                pixel);
            }
        }
        int[] last = new int[steps / taps];
        Arrays.setAll(last, r -> (r + 1) * taps - 1);
        int[] lanes = new int[last.length];
        Arrays.fill(lanes, Chip.WORD_BYTES);
        int[] edges = toArray(slotEdges(op, steps));
        for (int edge : edges) {
            op.site().require(edge % taps == 0, "waits inside a result");
        }
        return new OpShape(op, result, last, new int[steps], lanes, words(op, lanes), edges);
    }

    /** A result is complete when the window of the sums walk moves on. */
    private static int[] byWindow(TensorOp op, int steps) {
        int[] result = new int[steps];
        if (op.sums().hasWindow()) {
            Arrays.setAll(result, k -> op.sums().blockOf(op.sums().loops().level(), k));
        }
        return result;
    }

    /** Steps with the same index in the loops that are not summed belong together. */
    private static int[] byLoops(TensorOp op, int steps) {
        Loops loops = op.rounds().loops();
        int[] result = new int[steps];
        int weight = 1;
        for (int loop = 0; loop < loops.limits().length; loop++) {
            if ((op.reduced >> loop & 1) == 0) {
                int rounds = loops.limits()[loop] + 1;
                for (int k = 0; k < steps; k++) {
                    result[k] += op.rounds().blockOf(loop, k) % rounds * weight;
                }
                weight *= rounds;
            }
        }
        int[] sums = op.sums().addresses(0);
        int[] rows = new int[weight];
        Arrays.fill(rows, -1);
        for (int k = 0; k < steps; k++) {
            int known = rows[result[k]];
            op.site()
                    .require(
                            (known < 0 || known == sums[k]) && sums[k] % 4 == 0,
                            "one result, several partial sum rows");
            rows[result[k]] = sums[k];
        }
        return result;
    }

    private static int[] lastSteps(TensorOp op, int[] result) {
        int results = Arrays.stream(result).max().orElse(0) + 1;
        int[] last = new int[results];
        Arrays.fill(last, -1);
        for (int k = 0; k < result.length; k++) {
            last[result[k]] = k;
        }
        for (int r = 0; r < results; r++) {
            op.site().require(last[r] > (r == 0 ? -1 : last[r - 1]), "results finish out of order");
        }
        return last;
    }

    private static int[] words(TensorOp op, int[] lanes) {
        int[] first = new int[lanes.length + 1];
        for (int r = 0; r < lanes.length; r++) {
            first[r + 1] = first[r] + (lanes[r] * op.resultBytes() + Chip.WORD_BYTES - 1) / Chip.WORD_BYTES;
        }
        int total = op.outputs().total();
        op.site()
                .require(
                        first[lanes.length] == total,
                        "%d words of results, the walk has %d",
                        first[lanes.length],
                        total);
        for (int address : op.outputs().addresses(0)) {
            op.site().require(address % Chip.WORD_BYTES == 0, "output byte %d inside a word", address);
        }
        return first;
    }

    private static SortedSet<Integer> slotEdges(TensorOp op, int steps) {
        SortedSet<Integer> edges = new TreeSet<>();
        edges.add(0);
        for (Wait wait : op.waits) {
            for (int k = 0; k < steps; k = op.rounds().endOfBlock(wait.level(), k)) {
                edges.add(k);
            }
        }
        edges.add(steps);
        return edges;
    }

    private static int[] toArray(SortedSet<Integer> set) {
        return set.stream().mapToInt(Integer::intValue).toArray();
    }

    public int steps() {
        return result.length;
    }

    public int results() {
        return last.length;
    }

    /** The result that a step adds to. */
    public int result(int step) {
        return result[step];
    }

    /** The step that completes a result. */
    public int last(int ofResult) {
        return last[ofResult];
    }

    /** Results that are complete after so many steps; they complete in order. */
    public int completed(int steps) {
        int at = Arrays.binarySearch(last, steps);
        return at >= 0 ? at : -at - 1;
    }

    /** The channel group of a step. */
    public int group(int step) {
        return group[step];
    }

    /** Whether a channel group is the last one. */
    public boolean isLastGroup(int ofGroup) {
        return ofGroup == group[group.length - 1];
    }

    /** Lanes of a channel group. */
    public int groupLanes(int ofGroup) {
        return isLastGroup(ofGroup) ? op.lanesLast : op.lanes();
    }

    /** Lanes of a result. */
    public int lanes(int ofResult) {
        return lanes[ofResult];
    }

    /** Index in the output walk of the first word of a result; of {@link #results()} the end. */
    public int firstWord(int ofResult) {
        return firstWord[ofResult];
    }

    /** Sections that the op runs without stopping. */
    public int sections() {
        return edges.length - 1;
    }

    /** First step of a section; of {@link #sections()} the end. */
    public int edge(int section) {
        return edges[section];
    }

    /** The section of a step. */
    public int section(int step) {
        int at = Arrays.binarySearch(edges, step);
        return at >= 0 ? at : -at - 2;
    }

    /**
     * The different weight rows of each section, in the order of their first use.
     *
     * @param half half of the window of the weight walk
     */
    int[][] rows(int half) {
        return weightRows(half).rows();
    }

    /** For each step the index of its weight row among those of its section. */
    int[] rowIndex(int half) {
        return weightRows(half).index();
    }

    private WeightRowList weightRows(int half) {
        int which = op.weights().hasWindow() ? half : 0;
        WeightRowList known = weightRows[which];
        if (known == null) {
            known = findRows(which);
            weightRows[which] = known; // by two threads: the same
        }
        return known;
    }

    private WeightRowList findRows(int half) {
        int[] addresses = op.weights().addresses(half);
        int[][] found = new int[sections()][];
        int[] index = new int[addresses.length];
        int[] known = new int[Chip.WIDE_ROWS];
        int[] list = new int[Chip.WIDE_ROWS];
        for (int section = 0; section < found.length; section++) {
            int count = 0;
            for (int k = edges[section]; k < edges[section + 1]; k++) {
                int row = addresses[k] >> 2;
                if (known[row] == 0) {
                    list[count++] = row;
                    known[row] = count;
                }
                index[k] = known[row] - 1;
            }
            found[section] = Arrays.copyOf(list, count);
            for (int row : found[section]) {
                known[row] = 0;
            }
        }
        return new WeightRowList(found, index);
    }
}
