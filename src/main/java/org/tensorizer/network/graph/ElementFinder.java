package org.tensorizer.network.graph;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.tensorizer.isa.Opcode;
import org.tensorizer.network.rules.FieldRules;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Trace;
import org.tensorizer.network.trace.TraceException;

/** Operators without weights: sums, products, requantization, function tables, softmax, resize; and pools by their finder. */
final class ElementFinder {
    /** Upper clamp of TANH's argument. Measured: 6.874807. */
    private static final int TANH = 0x40dbfe6b;

    /** Upper clamp of LOGISTIC's argument. Measured: 10.396732. */
    private static final int LOGISTIC = 0x41265904;

    private final Places places;
    private final GraphBuilder builder;
    private final PoolFinder pools;
    private final SoftmaxFinder softmax;

    private record Key(String name, List<GraphTensor> inputs, OpFields fields, Object more) {}

    ElementFinder(Trace trace, Places places, GraphBuilder builder) {
        this.places = places;
        this.builder = builder;
        this.pools = new PoolFinder(places, builder);
        this.softmax = new SoftmaxFinder(trace, places, builder);
    }

    /** Whether a tensor is a step inside a softmax, which is no operator's output. */
    boolean isStep(GraphTensor tensor) {
        return softmax.isStep(tensor);
    }

    /** Places the results of one instruction. Errors as {@link LayerFinder#find}. */
    void find(List<OpRecord> records) {
        for (OpRecord record : records) {
            switch (record.kind()) {
                case LINEAR -> linear(record);
                case DATA -> data(record);
                case MAXIMUM -> maximum(record);
                case SUM -> places.internal(record);
                case RESIZE -> pools.resize(record);
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

    private void linear(OpRecord record) {
        OpInstruction op = record.instruction();
        OpFields fields = op.fields();
        boolean difference = fields.weightZero() == 1 && fields.outputZero() == 255;
        if (readsInternal(record, false)
                || !op.sumsInside() && record.results() == 1 && fields.outputZero() == 255
                || difference && !op.biases()) {
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
            softmax.step(record, run, false);
        } else if (op.throughTable() && fields.clampMax() == 0 && fields.clampMin() == FieldRules.EXPONENT_LOW) {
            softmax.step(record, run, true);
        } else if (op.throughTable()) {
            String name = fields.clampMax() == TANH ? "TANH" : fields.clampMax() == LOGISTIC ? "LOGISTIC" : "";
            if (name.isEmpty()) {
                throw new TraceException(op + ": unknown function table, clamps " + fields.clampMinValue() + " to "
                        + fields.clampMaxValue());
            }
            each(
                    record,
                    run,
                    name,
                    tensor -> builder.add(
                            tensor.shape(),
                            fields.outputZero(),
                            (output, list) -> new GraphOperator.Function(name, List.of(tensor), output, list, fields)));
        } else if (fields.constant() != 0) {
            throw new TraceException(op + ": constant " + fields.constant() + " added to a copy");
        } else if (op.biases() || op.scales()) {
            ChannelwiseFinder.find(record, run, places, builder);
        } else {
            each(record, run, "QUANTIZE", tensor -> {
                requireZeroPoint(op, fields.inputZero(), tensor);
                return builder.add(
                        tensor.shape(),
                        fields.outputZero(),
                        (output, list) -> new GraphOperator.Rescale(List.of(tensor), output, list, fields));
            });
        }
    }

    static void requireZeroPoint(OpInstruction op, int found, GraphTensor tensor) {
        if (found != tensor.zeroPoint()) {
            throw new TraceException(op + ": input zero point " + found + ", " + tensor + " has " + tensor.zeroPoint());
        }
    }

    /** Results that read a tensor belong to an operator of this name on it. */
    private void each(OpRecord record, Run run, String name, Function<GraphTensor, GraphTensor> make) {
        OpFields fields = record.instruction().fields();
        for (int t : run.tensors()) {
            GraphTensor input = builder.tensor(t);
            GraphTensor output = builder.get(new Key(name, List.of(input), fields, null), key -> make.apply(input));
            put(record, run, t, output);
        }
    }

    private void put(OpRecord record, Run run, int tensor, GraphTensor output) {
        builder.at(output, record.instruction().place());
        places.put(record, run, tensor, output);
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
                new Key("ADD", inputs, fields, List.of(weightA, weightB)),
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

    private void data(OpRecord record) {
        OpInstruction op = record.instruction();
        OpFields fields = op.fields();
        if (!record.hasConstantFactors()) {
            if (SoftmaxFinder.isResult(fields)) {
                softmax.result(record);
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

    private void maximum(OpRecord record) {
        if (record.instruction().opcode() != Opcode.MAXIMUM
                || readsInternal(record, false)
                || pools.isAcrossChannels(record)) {
            places.internal(record);
        } else {
            pools.find(record, true);
        }
    }

    /** A product of two tensors. */
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
                new Key("MUL", inputs, fields, null),
                key -> builder.add(
                        first.shape(),
                        fields.outputZero(),
                        (tensor, list) -> new GraphOperator.Multiply(inputs, tensor, list, fields)));
        put(record, left, a, output);
    }
}
