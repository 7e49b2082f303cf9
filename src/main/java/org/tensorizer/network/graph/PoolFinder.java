package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.tensorizer.network.graph.GraphOperator.Pool;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.TraceException;

/**
 * Averages and maxima over windows, whose shape is known when the last instruction of the operator was read; resizes, whose
 * windows are four pixels.
 */
final class PoolFinder {
    private final Places places;
    private final GraphBuilder builder;
    private final Map<Key, List<Window>> known = new HashMap<>();

    private record Key(boolean maximum, GraphTensor input, OpFields fields) {}

    /**
     * What a result reads of a tensor.
     *
     * @param top first row, within the tensor; bottom, left and right likewise
     * @param count positions within the tensor
     * @param channel of lane 0
     * @param valid lanes that hold data
     */
    private record Window(
            OpRecord record,
            int result,
            int tensor,
            int top,
            int bottom,
            int left,
            int right,
            int count,
            int channel,
            int valid) {
        int height() {
            return bottom - top + 1;
        }

        int width() {
            return right - left + 1;
        }
    }

    PoolFinder(Places places, GraphBuilder builder) {
        this.places = places;
        this.builder = builder;
    }

    /** Whether lanes or sources of a maximum run over channels, as in a softmax. */
    boolean isAcrossChannels(OpRecord record) {
        int tensor = -1;
        for (int lane = 0; lane < record.lanes(0); lane++) {
            int channel = -1;
            for (int k = 0; k < record.width(); k++) {
                long place = places.of(record.source(0, lane, k));
                if (!Places.isElement(place)) {
                    continue;
                }
                tensor = Places.tensor(place);
                int channels = builder.tensor(tensor).shape().channels();
                if (channels == 1 && lane > 0) {
                    return true;
                }
                int c = Places.element(place) % channels;
                if (channel >= 0 && channel != c) {
                    return true;
                }
                channel = c;
            }
        }
        return tensor < 0;
    }

    /** Places the results of a record, and those found before anew. */
    void find(OpRecord record, boolean maximum) {
        List<Window> windows = IntStream.range(0, record.results())
                .mapToObj(result -> window(record, result, maximum))
                .filter(Objects::nonNull)
                .toList();
        if (windows.stream().mapToInt(Window::tensor).distinct().count() > 1) {
            throw new TraceException(record.instruction() + ": pools several tensors");
        }
        if (windows.isEmpty()) {
            throw new TraceException(record.instruction() + ": pools constants");
        }
        GraphTensor input = builder.tensor(windows.get(0).tensor());
        Key key = new Key(maximum, input, record.instruction().fields());
        known.computeIfAbsent(key, k -> new ArrayList<>()).addAll(windows);
        place(key);
    }

    /** @return null if a result reads nothing but constants */
    private Window window(OpRecord record, int result, boolean maximum) {
        Window first = null;
        int valid = 0;
        for (int lane = 0; lane < record.lanes(result); lane++) {
            Window window = window(record, result, lane, maximum);
            if (window == null) {
                continue;
            }
            if (lane == 0) {
                first = window;
            } else if (lane != valid || window.channel != first.channel + lane) {
                throw new TraceException(record.instruction() + ": lanes of a pool");
            }
            valid = lane + 1;
        }
        return first == null
                ? null
                : new Window(
                        record,
                        result,
                        first.tensor,
                        first.top,
                        first.bottom,
                        first.left,
                        first.right,
                        first.count,
                        first.channel,
                        valid);
    }

    /** @return null if a lane reads nothing but constants */
    private Window window(OpRecord record, int result, int lane, boolean maximum) {
        int tensor = -1;
        int channel = -1;
        IntSummaryStatistics rows = new IntSummaryStatistics();
        IntSummaryStatistics columns = new IntSummaryStatistics();
        for (int k = 0; k < record.width(); k++) {
            long place = places.of(record.source(result, lane, k));
            if (!Places.isElement(place)) {
                continue;
            }
            if (!maximum && record.factor(result, lane, k) != 1) {
                throw new TraceException(record.instruction() + ": pooling weights");
            }
            tensor = Places.tensor(place);
            Shape shape = builder.tensor(tensor).shape();
            int pixel = Places.element(place) / shape.channels();
            int c = Places.element(place) % shape.channels();
            if (channel >= 0 && c != channel) {
                throw new TraceException(record.instruction() + ": pools over channels");
            }
            channel = c;
            rows.accept(pixel / shape.width());
            columns.accept(pixel % shape.width());
        }
        return tensor < 0
                ? null
                : new Window(
                        record,
                        result,
                        tensor,
                        rows.getMin(),
                        rows.getMax(),
                        columns.getMin(),
                        columns.getMax(),
                        (int) rows.getCount(),
                        channel,
                        1);
    }

    private void place(Key key) {
        List<Window> all = known.get(key);
        Shape shape = key.input.shape();
        int height = all.stream().mapToInt(Window::height).max().orElseThrow();
        int width = all.stream().mapToInt(Window::width).max().orElseThrow();
        int[] tops = all.stream().mapToInt(Window::top).distinct().sorted().toArray();
        int[] lefts = all.stream().mapToInt(Window::left).distinct().sorted().toArray();
        boolean cut = all.stream().anyMatch(window -> window.count != height * width);
        if (cut && !key.maximum) {
            throw new TraceException(all.get(0).record.instruction() + ": average over windows of different size");
        }
        int strideY = distance(tops, height);
        int strideX = distance(lefts, width);
        int sameRows = (shape.height() + strideY - 1) / strideY;
        int sameColumns = (shape.width() + strideX - 1) / strideX;
        int validRows = (shape.height() - height) / strideY + 1;
        int validColumns = (shape.width() - width) / strideX + 1;
        boolean same = key.maximum
                && (cut
                        || tops.length == sameRows
                                && lefts.length == sameColumns
                                && (sameRows != validRows || sameColumns != validColumns));
        int rows = same ? sameRows : validRows;
        int columns = same ? sameColumns : validColumns;
        int padY = same ? Math.max(0, (rows - 1) * strideY + height - shape.height()) / 2 : 0;
        int padX = same ? Math.max(0, (columns - 1) * strideX + width - shape.width()) / 2 : 0;
        Shape size = new Shape(rows, columns, shape.channels());
        GraphTensor output = builder.get(
                key,
                k -> builder.add(
                        size,
                        key.fields.outputZero(),
                        (tensor, list) -> new Pool(key.maximum, key.input, tensor, list, key.fields)));
        output.grow(size);
        ((Pool) output.producer().orElseThrow()).window(new Pool.Window(height, width, strideY, strideX, same));
        for (Window window : all) {
            builder.at(output, window.record.instruction().place());
            boolean cutAbove = window.height() < height && window.top == 0;
            boolean cutLeft = window.width() < width && window.left == 0;
            int y = cutAbove ? 0 : (window.top + padY) / strideY;
            int x = cutLeft ? 0 : (window.left + padX) / strideX;
            places.put(
                    window.record,
                    window.result,
                    output,
                    (y * columns + x) * shape.channels() + window.channel,
                    Math.min(window.valid, shape.channels() - window.channel));
        }
    }

    /** The least distance of sorted positions, {@code alone} where there is one. */
    private static int distance(int[] positions, int alone) {
        return IntStream.range(1, positions.length)
                .map(i -> positions[i] - positions[i - 1])
                .min()
                .orElse(alone);
    }

    private record ResizeKey(GraphTensor of) {}

    /** Places the results of a bilinear resize to twice the size, by their taps and phases. */
    void resize(OpRecord record) {
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
                    new ResizeKey(input),
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
