package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorizer.isa.Opcode;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator.Geometry;
import org.tensorizer.network.payload.BlockLayout;
import org.tensorizer.network.payload.Header;
import org.tensorizer.network.payload.PayloadLayout;
import org.tensorizer.network.trace.LaneParameters;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.Trace;
import org.tensorizer.network.trace.TraceException;

/** Operators without weights: sums, products, requantization, function tables, softmax, resize; and pools by their finder. */
final class ElementFinder {
    /** Upper clamp of TANH's argument. Measured: 6.874807. */
    private static final int TANH = 0x40dbfe6b;

    /** Upper clamp of LOGISTIC's argument. Measured: 10.396732. */
    private static final int LOGISTIC = 0x41265904;

    /** Lower clamp of the exponent in softmax. Measured: -13.038098. */
    static final int EXPONENT_LOW = 0xc1509c0d;

    /** Multiplier of softmax's last op. Measured, constant in every model. */
    static final int SOFTMAX_RESULT = 0x34000157;

    private static final int TWO_HUNDRED_FIFTY_FIVE = Float.floatToRawIntBits(255);

    private final Trace trace;
    private final Places places;
    private final GraphBuilder builder;
    private final PoolFinder pools;

    /** One step of a softmax, which is no operator of its own. */
    private record Step(boolean exponent, GraphTensor of) {}

    private record Key(String name, List<GraphTensor> inputs, OpFields fields, Object more) {}

    private final Map<Integer, SoftmaxStep> steps = new TreeMap<>(); // by tensor index

    private record SoftmaxStep(Step step, OpFields fields, int scale, List<Integer> scaleOffsets) {}

    ElementFinder(Trace trace, Places places, GraphBuilder builder) {
        this.trace = trace;
        this.places = places;
        this.builder = builder;
        this.pools = new PoolFinder(places, builder);
    }

    /** Whether a tensor is a step inside a softmax, which is no operator's output. */
    boolean isStep(GraphTensor tensor) {
        return steps.containsKey(tensor.index());
    }

    /** Places the results of one instruction. Errors as {@link LayerFinder#find}. */
    void find(List<OpRecord> records) {
        for (OpRecord record : records) {
            switch (record.kind()) {
                case LINEAR -> linear(record);
                case DATA -> data(record);
                case MAXIMUM -> maximum(record);
                case SUM -> places.internal(record);
                case RESIZE -> resize(record);
                default -> throw new IllegalStateException(record.toString());
            }
        }
    }

    private boolean readsInternal(OpRecord record, boolean factors) {
        for (int result = 0; result < record.results(); result++) {
            for (int lane = 0; lane < record.lanes(result); lane++) {
                for (int k = 0; k < record.width(); k++) {
                    if (places.of(record.source(result, lane, k)) == Places.INTERNAL
                            || factors && places.of(record.factor(result, lane, k)) == Places.INTERNAL) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean hasBias(OpRecord record) {
        return record.instruction().biases();
    }

    private void linear(OpRecord record) {
        OpInstruction op = record.instruction();
        OpFields fields = op.fields();
        boolean difference = fields.weightZero() == 1 && fields.outputZero() == 255;
        if (readsInternal(record, false)
                || !op.sumsInside() && record.results() == 1 && fields.outputZero() == 255
                || difference && !hasBias(record)) {
            places.internal(record);
        } else if (record.width() == 1) {
            single(record, difference);
        } else if (record.width() == 2) {
            sum(record);
        } else {
            throw new TraceException(op + ": sum of " + record.width() + " elements");
        }
    }

    private void single(OpRecord record, boolean difference) {
        OpInstruction op = record.instruction();
        OpFields fields = op.fields();
        Run run = Run.of(record, 0, places);
        for (int result = 0; result < record.results(); result++) {
            for (int lane = 0; lane < run.valid[result]; lane++) {
                int weight = record.factor(result, lane, 0);
                if (weight != 1) {
                    throw new TraceException(op + ": an element times " + weight);
                }
            }
        }
        if (difference) {
            step(record, run, false);
        } else if (op.throughTable() && fields.clampMax() == 0 && fields.clampMin() == EXPONENT_LOW) {
            step(record, run, true);
        } else if (op.throughTable()) {
            String name = fields.clampMax() == TANH ? "TANH" : fields.clampMax() == LOGISTIC ? "LOGISTIC" : "";
            if (name.isEmpty()) {
                throw new TraceException(op + ": unknown function table, clamps " + fields.clampMinValue() + " to "
                        + fields.clampMaxValue());
            }
            each(
                    record,
                    run,
                    tensor -> key(name, List.of(tensor), fields, null),
                    tensor -> builder.add(
                            tensor.shape(),
                            fields.outputZero(),
                            (output, list) -> new GraphOperator.Function(name, List.of(tensor), output, list, fields)));
        } else if (fields.constant() != 0) {
            throw new TraceException(op + ": constant " + fields.constant() + " added to a copy");
        } else if (op.biases() || op.scales()) {
            channelwise(record, run);
        } else {
            each(record, run, tensor -> key("QUANTIZE", List.of(tensor), fields, null), tensor -> {
                requireZeroPoint(op, fields.inputZero(), tensor);
                return builder.add(
                        tensor.shape(),
                        fields.outputZero(),
                        (output, list) -> new GraphOperator.Rescale(List.of(tensor), output, list, fields));
            });
        }
    }

    private static Key key(String name, List<GraphTensor> inputs, OpFields fields, Object more) {
        return new Key(name, inputs, fields, more);
    }

    private static void requireZeroPoint(OpInstruction op, int found, GraphTensor tensor) {
        if (found != tensor.zeroPoint()) {
            throw new TraceException(op + ": input zero point " + found + ", " + tensor + " has " + tensor.zeroPoint());
        }
    }

    private interface KeyOf {
        Object of(GraphTensor tensor);
    }

    private interface Make {
        GraphTensor of(GraphTensor tensor);
    }

    /** Results that read tensor t belong to the operator that t's key names. */
    private void each(OpRecord record, Run run, KeyOf keyOf, Make make) {
        for (int t : run.tensors()) {
            GraphTensor input = builder.tensor(t);
            GraphTensor output = builder.get(keyOf.of(input), key -> make.of(input));
            put(record, run, t, output);
        }
    }

    private void put(OpRecord record, Run run, int tensor, GraphTensor output) {
        builder.at(output, record.instruction().place());
        for (int result = 0; result < record.results(); result++) {
            if (run.tensor[result] == tensor) {
                places.put(record, result, output, run.element[result], run.valid[result]);
            }
        }
    }

    /** x - max(x), or its exponent: tensors of their own, that only the last op of the softmax may read. */
    private void step(OpRecord record, Run run, boolean exponent) {
        OpFields fields = record.instruction().fields();
        List<Integer> rows = new ArrayList<>();
        int scale = fields.multiplier();
        if (exponent && record.instruction().scales()) {
            for (LaneParameters each : record.parameters()) {
                rows.add(Tag.index(each.scale()));
            }
            scale = PayloadLayout.Words.get(trace.payload(), rows.get(0));
        }
        int exponentScale = scale;
        for (int t : run.tensors()) {
            GraphTensor input = builder.tensor(t);
            Step step = new Step(exponent, input);
            boolean known = builder.has(step);
            GraphTensor output = builder.get(step, key -> builder.input("", input.shape(), fields.outputZero()));
            if (!known) {
                steps.put(output.index(), new SoftmaxStep(step, fields, exponentScale, new ArrayList<>()));
            }
            rows.stream()
                    .filter(row -> !steps.get(output.index()).scaleOffsets.contains(row))
                    .forEach(steps.get(output.index()).scaleOffsets::add);
            for (int result = 0; result < record.results(); result++) {
                if (run.tensor[result] == t) {
                    places.put(record, result, output, run.element[result], run.valid[result]);
                }
            }
        }
    }

    private void sum(OpRecord record) {
        OpInstruction op = record.instruction();
        OpFields fields = op.fields();
        Run first = Run.of(record, 0, places);
        Run second = Run.of(record, 1, places);
        int[] a = first.tensors();
        int[] b = second.tensors();
        if (a.length != 1 || b.length != 1) {
            throw new TraceException(op + ": sum of elements of " + a.length + " and " + b.length
                    + " tensors (arithmetic with constants or broadcast)");
        }
        if (!Arrays.equals(first.element, second.element) || !Arrays.equals(first.valid, second.valid)) {
            throw new TraceException(op + ": adds different elements");
        }
        int weightA = factor(record, first, 0);
        int weightB = factor(record, second, 1);
        GraphTensor left = builder.tensor(a[0]);
        GraphTensor right = builder.tensor(b[0]);
        int constant = -(weightA * left.zeroPoint() + weightB * right.zeroPoint());
        if (!left.shape().equals(right.shape()) || fields.constant() != constant) {
            throw new TraceException(op + ": " + left + " and " + right + " with constant " + fields.constant()
                    + ", expected " + constant);
        }
        List<GraphTensor> inputs = List.of(left, right);
        GraphTensor output = builder.get(
                key("ADD", inputs, fields, List.of(weightA, weightB)),
                key -> builder.add(
                        left.shape(),
                        fields.outputZero(),
                        (tensor, list) -> new GraphOperator.Add(inputs, tensor, list, fields, weightA, weightB)));
        put(record, first, a[0], output);
    }

    /** The one factor of source k. */
    private static int factor(OpRecord record, Run run, int k) {
        int factor = 0;
        for (int result = 0; result < record.results(); result++) {
            for (int lane = 0; lane < run.valid[result]; lane++) {
                int each = record.factor(result, lane, k);
                if (factor != 0 && each != factor) {
                    throw new TraceException(
                            record.instruction() + ": factors " + factor + " and " + each + " of a sum");
                }
                factor = each;
            }
        }
        return factor;
    }

    /** A copy with a bias, perhaps a scale, for each lane: a 1x1 depthwise convolution of weight 1. */
    private void channelwise(OpRecord record, Run run) {
        OpInstruction op = record.instruction();
        int[] tensors = run.tensors();
        if (tensors.length != 1 || op.wideResults() || op.wideActivations()) {
            throw new TraceException(op + ": copy with bias of " + tensors.length + " tensors");
        }
        GraphTensor input = builder.tensor(tensors[0]);
        int channels = input.shape().channels();
        requireZeroPoint(op, op.fields().inputZero(), input);
        int[] offset = new int[channels];
        Arrays.fill(offset, -1);
        for (int result = 0; result < record.results(); result++) {
            LaneParameters lanes = record.parameters(record.group(result));
            int first = Tag.index(op.scales() ? lanes.scale() : lanes.bias());
            for (int lane = 0; lane < run.valid[result]; lane++) {
                offset[(run.element[result] + lane) % channels] = first + 4 * lane;
            }
        }
        Header header = new Header(op.scales(), op.biases(), false);
        BlockLayout layout = new BlockLayout(channels, 1, 1, header);
        for (int channel = 0; channel < channels; channel++) {
            if (offset[channel] < 0) {
                throw new TraceException(op + ": no bias of channel " + channel);
            }
        }
        GraphTensor output = builder.get(
                key("CHANNELWISE", List.of(input), op.fields(), Arrays.hashCode(offset)),
                key -> builder.add(
                        input.shape(),
                        op.fields().outputZero(),
                        (tensor, list) -> new LayerOperator(
                                LayerOperator.Kind.CHANNELWISE,
                                List.of(input),
                                tensor,
                                list,
                                op.fields(),
                                Geometry.NONE,
                                layout,
                                offset[0])));
        put(record, run, tensors[0], output);
    }

    private void data(OpRecord record) {
        OpInstruction op = record.instruction();
        OpFields fields = op.fields();
        if (!record.hasConstantFactors()) {
            if (fields.multiplier() == SOFTMAX_RESULT && fields.clampMax() == TWO_HUNDRED_FIFTY_FIVE) {
                softmax(record);
            } else if (readsInternal(record, true)) {
                places.internal(record);
            } else {
                product(record);
            }
        } else if (readsInternal(record, false)) {
            places.internal(record);
        } else {
            pools.find(record, false);
        }
    }

    /** The exponent times 1 / sum: the last op of a softmax. */
    private void softmax(OpRecord record) {
        OpFields fields = record.instruction().fields();
        Run run = Run.of(record, 0, places);
        for (int t : run.tensors()) {
            SoftmaxStep exponent = steps.get(t);
            SoftmaxStep difference =
                    exponent == null ? null : steps.get(exponent.step.of().index());
            if (difference == null || !exponent.step.exponent() || difference.step.exponent()) {
                throw new TraceException(record.instruction() + ": does not follow an exponent of a difference");
            }
            GraphTensor input = difference.step.of();
            if (!input.shape().isFlat() && input.shape().channels() != 1) {
                throw new TraceException(record.instruction() + ": softmax over a part of " + input);
            }
            GraphTensor output = builder.get(
                    key("SOFTMAX", List.of(input), null, null),
                    key -> builder.add(
                            input.shape(),
                            fields.outputZero(),
                            (tensor, list) -> new GraphOperator.Softmax(
                                    List.of(input),
                                    tensor,
                                    list,
                                    fields,
                                    exponent.scale,
                                    difference.fields.multiplier(),
                                    exponent.scaleOffsets)));
            put(record, run, t, output);
        }
    }

    private void product(OpRecord record) {
        OpInstruction op = record.instruction();
        OpFields fields = op.fields();
        if (record.width() != 1) {
            throw new TraceException(op + ": sum of " + record.width() + " products of activations");
        }
        Run left = Run.ofFactors(record, 0, places);
        Run right = Run.of(record, 0, places);
        int a = -1;
        int b = -1;
        for (int result = 0; result < record.results(); result++) {
            if (left.valid[result] == 0 && right.valid[result] == 0) {
                continue;
            }
            boolean same = left.valid[result] == right.valid[result]
                    && left.element[result] == right.element[result]
                    && (a < 0 || a == left.tensor[result])
                    && (b < 0 || b == right.tensor[result]);
            if (!same) {
                throw new TraceException(op + ": product of different elements");
            }
            a = left.tensor[result];
            b = right.tensor[result];
        }
        if (a < 0) {
            throw new TraceException(op + ": product of constants");
        }
        GraphTensor first = builder.tensor(a);
        GraphTensor second = builder.tensor(b);
        requireZeroPoint(op, fields.inputZero(), first);
        requireZeroPoint(op, fields.weightZero(), second);
        List<GraphTensor> inputs = List.of(first, second);
        GraphTensor output = builder.get(
                key("MUL", inputs, fields, null),
                key -> builder.add(
                        first.shape(),
                        fields.outputZero(),
                        (tensor, list) -> new GraphOperator.Multiply(inputs, tensor, list, fields)));
        put(record, left, a, output);
    }

    private void maximum(OpRecord record) {
        if (record.instruction().opcode() != Opcode.MAXIMUM
                || readsInternal(record, false)
                || pools.isAcrossChannels(record)) {
            places.internal(record);
        } else {
            pools.find(record, true);
        }
    }

    private void resize(OpRecord record) {
        OpInstruction op = record.instruction();
        int tensor = -1;
        for (int result = 0; result < record.results(); result++) {
            int px = record.phaseX(result);
            int py = record.phaseY(result);
            long topLeft = places.of(record.tap(result, 0, 0));
            long right = places.of(record.tap(result, 0, 1));
            long below = places.of(record.tap(result, 1, 0));
            boolean known = Places.isElement(topLeft) && Places.isElement(right) && Places.isElement(below);
            if (!known
                    || px != 1 && px != 3
                    || py != 1 && py != 3
                    || op.fields().multiplierValue() != 0x1p-14f) {
                throw new TraceException(op + ": resize other than to twice the size with half-pixel centres");
            }
            if (tensor >= 0 && tensor != Places.tensor(topLeft)) {
                throw new TraceException(op + ": resizes several tensors");
            }
            tensor = Places.tensor(topLeft);
            GraphTensor input = builder.tensor(tensor);
            Shape shape = input.shape();
            GraphTensor output = builder.get(
                    key("RESIZE", List.of(input), null, null),
                    key -> builder.add(
                            new Shape(2 * shape.height(), 2 * shape.width(), shape.channels()),
                            input.zeroPoint(),
                            (made, list) -> new GraphOperator.Resize(List.of(input), made, list)));
            int row = shape.width() * shape.channels();
            int y = py == 3 ? 2 * (Places.element(below) / row) : 2 * (Places.element(topLeft) / row) + 1;
            int x = px == 3
                    ? 2 * (Places.element(right) / shape.channels() % shape.width())
                    : 2 * (Places.element(topLeft) / shape.channels() % shape.width()) + 1;
            int c = Places.element(topLeft) % shape.channels();
            places.put(
                    record,
                    result,
                    output,
                    (y * output.shape().width() + x) * shape.channels() + c,
                    Math.min(record.lanes(result), shape.channels() - c));
            builder.at(output, op.place());
        }
    }
}
