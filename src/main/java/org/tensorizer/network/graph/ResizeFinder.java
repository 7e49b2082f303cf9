package org.tensorizer.network.graph;

import java.util.List;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.TraceException;

/** Places the results of a bilinear resize to twice the size, by their taps and phases. */
final class ResizeFinder {
    private ResizeFinder() {}

    private record Key(GraphTensor of) {}

    static void find(OpRecord record, Places places, GraphBuilder builder) {
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
                    new Key(input),
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
