package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.OpRecord.ParameterTags;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.Trace;
import org.tensorizer.network.trace.TraceException;

/** Puts the steps of a softmax together: x - max(x), its exponent, and the product with 1 / sum that gives the result. */
final class SoftmaxFinder {
    /** Multiplier of softmax's last op. Measured, constant in every model. */
    private static final int SOFTMAX_RESULT = 0x34000157;

    private static final int TWO_HUNDRED_FIFTY_FIVE = Float.floatToRawIntBits(255);

    private final Trace trace;
    private final Places places;
    private final GraphBuilder builder;
    private final Map<Integer, SoftmaxStep> steps = new TreeMap<>(); // by tensor index

    private record SoftmaxStep(Step step, OpFields fields, int scale, List<Integer> scaleOffsets) {}

    /** One step of a softmax, which is no operator of its own. */
    private record Step(boolean exponent, GraphTensor of) {}

    private record Result(GraphTensor of) {}

    SoftmaxFinder(Trace trace, Places places, GraphBuilder builder) {
        this.trace = trace;
        this.places = places;
        this.builder = builder;
    }

    /** Whether these are the fields of the last op of a softmax. */
    static boolean isResult(OpFields fields) {
        return fields.multiplier() == SOFTMAX_RESULT && fields.clampMax() == TWO_HUNDRED_FIFTY_FIVE;
    }

    /** Whether a tensor is a step, which is no operator's output. */
    boolean isStep(GraphTensor tensor) {
        return steps.containsKey(tensor.index());
    }

    /** x - max(x), or its exponent: tensors of their own, that only the last op of the softmax may read. */
    void step(OpRecord record, Run run, boolean exponent) {
        OpFields fields = record.instruction().fields();
        List<Integer> rows = new ArrayList<>();
        int scale = fields.multiplier();
        if (exponent && record.instruction().scales()) {
            for (ParameterTags each : record.parameters()) {
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
            places.put(record, run, t, output);
        }
    }

    /** The exponent times 1 / sum: the last op of a softmax. */
    void result(OpRecord record) {
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
                    new Result(input),
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
            builder.at(output, record.instruction().place());
            places.put(record, run, t, output);
        }
    }
}
