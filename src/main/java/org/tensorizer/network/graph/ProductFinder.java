package org.tensorizer.network.graph;

import java.util.List;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.TraceException;

/** Places the results of a product of two tensors. */
final class ProductFinder {
    private ProductFinder() {}

    private record Key(List<GraphTensor> inputs, OpFields fields) {}

    static void find(OpRecord record, Places places, GraphBuilder builder) {
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
        ElementFinder.requireZeroPoint(op, fields.inputZero(), first);
        ElementFinder.requireZeroPoint(op, fields.weightZero(), second);
        List<GraphTensor> inputs = List.of(first, second);
        GraphTensor output = builder.get(
                new Key(inputs, fields),
                key -> builder.add(
                        first.shape(),
                        fields.outputZero(),
                        (tensor, list) -> new GraphOperator.Multiply(inputs, tensor, list, fields)));
        builder.at(output, op.place());
        places.put(record, left, a, output);
    }
}
