package org.tensorizer.network.trace;

import java.util.Arrays;
import java.util.TreeSet;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.isa.Opcode;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.network.trace.OpRecord.Kind;
import org.tensorizer.network.trace.OpRecord.ParameterTags;

/**
 * An op that is no layer: for each lane of each result, what it was computed from. Decided by the bytes that are actually
 * multiplied, since rows hold left-overs of others.
 */
final class SourceTrace extends OpTrace {
    /** Steps times lanes of the largest op that is followed. */
    private static final int LARGEST = 1 << 25;

    private static final int OFF = Integer.MIN_VALUE;

    private final Products products;
    private final int inputs;
    private final int lanes;
    private final int[][] sources;
    private final int[][] factors;
    private final boolean[][] good;
    private Kind kind;
    private boolean constant = true;
    private int width;
    private final TreeSet<Integer> origins = new TreeSet<>();

    SourceTrace(TagMemory memory, Operation operation, int index, OpInstruction instruction, int number) {
        super(memory, operation, index, instruction, number);
        inputs = op.inputs();
        lanes = stride / op.resultBytes();
        int count = shape.steps();
        if ((long) count * lanes * inputs > LARGEST) {
            throw new TraceException(instruction + ": " + count + " steps of " + lanes + " lanes on data, at most "
                    + LARGEST + " products are followed");
        }
        products = new Products(op, lanes);
        sources = new int[shape.results()][];
        factors = new int[shape.results()][];
        good = new boolean[shape.results()][];
    }

    @Override
    void read(Operation operation, int index, int from, int to) {
        products.read(memory, operation, index, from, to);
    }

    @Override
    void finish(int from, int to) {
        if (op.opcode() == Opcode.MAXIMUM || op.opcode() == Opcode.SUM) {
            kind = op.opcode() == Opcode.MAXIMUM ? Kind.MAXIMUM : Kind.SUM;
            for (int result = from; result < to; result++) {
                all(result, false);
            }
        } else if (multipliesData(from, to)) {
            kind = kindOf(kind, Kind.DATA, instruction);
            for (int result = from; result < to; result++) {
                all(result, true);
            }
        } else {
            linear(from, to);
        }
    }

    private boolean multipliesData(int from, int to) {
        for (int at = products.firstStep[from]; at < products.firstStep[to]; at++) {
            int step = products.steps[at];
            int end = (step * lanes + shape.lanes(shape.result(step))) * inputs;
            for (int k = step * lanes * inputs; k < end; k++) {
                if (products.weights[k] != Tag.NOTHING
                        && Tag.kind(products.weights[k]) != Tag.PARAMETER
                        && Tag.kind(products.weights[k]) != Tag.FILL) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Every weight is a source; its activation is the factor. */
    private void all(int result, boolean onData) {
        int count = (products.firstStep[result + 1] - products.firstStep[result]) * inputs;
        int resultLanes = shape.lanes(result);
        width = Math.max(width, count);
        int[] from = new int[resultLanes * count];
        int[] by = new int[from.length];
        boolean[] fine = new boolean[resultLanes];
        boolean constants = onData;
        for (int at = products.firstStep[result]; onData && at < products.firstStep[result + 1]; at++) {
            for (int j = 0; j < inputs; j++) {
                constants &= Tag.isConstant(products.activations[products.steps[at] * inputs + j]);
            }
        }
        constant &= constants;
        for (int lane = 0; lane < resultLanes; lane++) {
            boolean any = false;
            boolean every = true;
            int k = lane * count;
            for (int at = products.firstStep[result]; at < products.firstStep[result + 1]; at++) {
                int step = products.steps[at];
                for (int j = 0; j < inputs; j++, k++) {
                    int tag = products.weights[(step * lanes + lane) * inputs + j];
                    int activation = products.activations[step * inputs + j];
                    from[k] = tag;
                    by[k] = !onData ? 1 : constants ? products.activationValues[step * inputs + j] : activation;
                    any |= tag != Tag.NOTHING;
                    every &= tag != Tag.NOTHING && (!onData || constants || activation != Tag.NOTHING);
                }
            }
            fine[lane] = onData ? every : any;
        }
        sources[result] = from;
        factors[result] = by;
        good[result] = fine;
    }

    /** Constant weights: activations whose weight is not zero, with their weights. */
    private void linear(int from, int to) {
        int most = 0;
        boolean copies = true;
        boolean biased = false;
        for (int result = from; result < to; result++) {
            int resultLanes = shape.lanes(result);
            int count = 0;
            int[][] found = new int[resultLanes][];
            int[][] by = new int[resultLanes][];
            for (int lane = 0; lane < resultLanes; lane++) {
                collect(result, lane, found, by);
                count = Math.max(count, found[lane].length);
            }
            most = Math.max(most, count);
            sources[result] = flat(found, count);
            factors[result] = flat(by, count);
            good[result] = new boolean[resultLanes];
            for (int lane = 0; lane < resultLanes; lane++) {
                boolean full = found[lane].length > 0 && !isOff(result, lane);
                for (int tag : found[lane]) {
                    full &= tag != Tag.NOTHING;
                }
                good[result][lane] = full;
            }
        }
        if (most == 0) {
            throw new TraceException(instruction + ": no weights");
        }
        for (int result = from; result < to; result++) {
            int count = sources[result].length / shape.lanes(result);
            for (int lane = 0; lane < shape.lanes(result); lane++) {
                boolean full = count == most && !(count > 0 && factors[result][lane * count + most - 1] == 0);
                good[result][lane] &= full;
                biased |= good[result][lane] && isBiased(result, lane);
                copies &= !full || most == 1 && factors[result][lane] == 1;
            }
        }
        kind = kindOf(kind, copies && isCopy(biased) ? Kind.COPY : Kind.LINEAR, instruction);
        width = Math.max(width, most);
    }

    private void collect(int result, int lane, int[][] found, int[][] by) {
        int[] tags = new int[4];
        int[] values = new int[4];
        int count = 0;
        int zero = op.weightZeroPoint();
        for (int at = products.firstStep[result]; at < products.firstStep[result + 1]; at++) {
            int step = products.steps[at];
            for (int j = 0; j < inputs; j++) {
                int k = (step * lanes + lane) * inputs + j;
                int value = products.weightValues[k] - zero;
                if (products.weights[k] == Tag.NOTHING || value == 0) {
                    continue;
                }
                if (count == tags.length) {
                    tags = Arrays.copyOf(tags, 2 * count);
                    values = Arrays.copyOf(values, 2 * count);
                }
                tags[count] = products.activations[step * inputs + j];
                values[count++] = value;
            }
        }
        found[lane] = Arrays.copyOf(tags, count);
        by[lane] = Arrays.copyOf(values, count);
    }

    private static int[] flat(int[][] rows, int width) {
        int[] flat = new int[rows.length * width];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, flat, row * width, rows[row].length);
        }
        return flat;
    }

    /** The lane is switched off by a bias of -2^31: padding of a softmax. */
    private boolean isOff(int result, int lane) {
        int bias = parameters(shape.group(shape.last(result))).bias();
        return Tag.kind(bias) == Tag.PARAMETER && word(bias, lane) == OFF;
    }

    /** Whether a lane has a bias, or a scale other than 1. */
    private boolean isBiased(int result, int lane) {
        ParameterTags group = parameters(shape.group(shape.last(result)));
        boolean bias = group.bias() != Tag.NOTHING
                && (Tag.kind(group.bias()) != Tag.PARAMETER || word(group.bias(), lane) != 0);
        boolean scale = group.scale() != Tag.NOTHING
                && (Tag.kind(group.scale()) != Tag.PARAMETER || Float.intBitsToFloat(word(group.scale(), lane)) != 1);
        return bias || scale;
    }

    private int word(int tag, int lane) {
        return PayloadLayout.Words.get(memory.payload, Tag.index(tag) + 4 * lane);
    }

    private boolean isCopy(boolean biased) {
        OpFields f = instruction.fields();
        if (f.constant() != 0 || biased || op.throughTable()) {
            return false;
        }
        boolean plain = f.multiplierValue() == 1 && f.inputZero() == 0 && f.outputZero() == 0;
        boolean open = Float.isInfinite(f.clampMaxValue());
        if (op.activationBytes() == 2 && op.resultBytes() == 2) {
            return plain && (open || f.clampMaxValue() >= 65535 && f.clampMinValue() <= 0);
        }
        boolean same = Math.abs(f.multiplierValue() - 1.0) < 2e-7
                && f.inputZero() == f.outputZero()
                && f.clampMaxValue() > 254.5f - f.inputZero()
                && f.clampMinValue() < 0.5f - f.inputZero();
        return op.activationBytes() == 1 && op.resultBytes() == 1 && (plain && open || same);
    }

    @Override
    void tags(int result, int[] tags, int bytes) {
        int size = op.resultBytes();
        int first = Tag.of(Tag.RESULT, firstByte + (long) result * stride);
        for (int at = 0; at < bytes; at++) {
            int lane = at / size;
            if (!good[result][lane]) {
                continue;
            }
            if (kind == Kind.COPY) {
                int source = sources[result][lane];
                tags[at] = source == Tag.NOTHING ? source : source + at % size;
                origin(source);
            } else {
                tags[at] = first + at;
            }
        }
        if (kind == Kind.COPY) {
            sources[result] = null;
            factors[result] = null;
        }
    }

    /** One tag of every op, input and constant is enough. */
    private void origin(int tag) {
        if (origins.size() < 64 && !origins.contains(tag)) {
            Integer near = origins.floor(tag);
            if (near == null || tag - near > 1 << 12 || Tag.kind(near) != Tag.kind(tag)) {
                origins.add(tag);
            }
        }
    }

    @Override
    OpRecord.Content content() {
        if (kind == Kind.COPY) {
            return new OpRecord.Copy(
                    origins.stream().mapToInt(Integer::intValue).toArray());
        }
        int results = shape.results();
        int[] from = new int[results * lanes * width];
        int[] by = new int[from.length];
        for (int result = 0; result < results; result++) {
            int count = sources[result].length / shape.lanes(result);
            for (int lane = 0; lane < shape.lanes(result); lane++) {
                boolean fine = good[result][lane];
                for (int k = 0; fine && k < count; k++) {
                    from[(result * lanes + lane) * width + k] = sources[result][lane * count + k];
                    by[(result * lanes + lane) * width + k] = factors[result][lane * count + k];
                }
            }
        }
        return new OpRecord.Sources(
                kind, lanes, width, from, by, constant, kind == Kind.LINEAR ? products.fills(width) : new int[0][]);
    }
}
