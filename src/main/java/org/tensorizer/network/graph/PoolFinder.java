package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.tensorizer.network.graph.GraphOperator.Pool;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.TraceException;

/** Averages and maxima over windows. The operator's shape is known when its last instruction was read. */
final class PoolFinder {
    private final Places places;
    private final GraphBuilder builder;
    private final Map<Key, List<Windows>> known = new HashMap<>();

    private record Key(boolean maximum, GraphTensor input, OpFields fields) {}

    /** The window of each result of a record, borders included, and its first channel. */
    private record Windows(
            OpRecord record,
            int[] top,
            int[] bottom,
            int[] left,
            int[] right,
            int[] count,
            int[] channel,
            int[] valid) {}

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
        int results = record.results();
        Windows windows = new Windows(
                record,
                new int[results],
                new int[results],
                new int[results],
                new int[results],
                new int[results],
                new int[results],
                new int[results]);
        int tensor = -1;
        for (int result = 0; result < results; result++) {
            int found = window(record, result, windows, maximum);
            if (tensor >= 0 && found >= 0 && found != tensor) {
                throw new TraceException(record.instruction() + ": pools several tensors");
            }
            tensor = Math.max(tensor, found);
        }
        if (tensor < 0) {
            throw new TraceException(record.instruction() + ": pools constants");
        }
        Key key = new Key(maximum, builder.tensor(tensor), record.instruction().fields());
        known.computeIfAbsent(key, k -> new ArrayList<>()).add(windows);
        place(key);
    }

    /** @return the tensor of the window, -1 if it has none */
    private int window(OpRecord record, int result, Windows windows, boolean maximum) {
        int tensor = -1;
        int firstChannel = -1;
        int valid = 0;
        for (int lane = 0; lane < record.lanes(result); lane++) {
            int top = Integer.MAX_VALUE;
            int bottom = -1;
            int left = Integer.MAX_VALUE;
            int right = -1;
            int channel = -1;
            int count = 0;
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
                int f = Places.element(place);
                int c = f % shape.channels();
                int y = f / shape.channels() / shape.width();
                int x = f / shape.channels() % shape.width();
                if (channel >= 0 && c != channel) {
                    throw new TraceException(record.instruction() + ": pools over channels");
                }
                channel = c;
                top = Math.min(top, y);
                bottom = Math.max(bottom, y);
                left = Math.min(left, x);
                right = Math.max(right, x);
                count++;
            }
            if (count == 0) {
                continue;
            }
            if (lane == 0) {
                firstChannel = channel;
                windows.top[result] = top;
                windows.bottom[result] = bottom;
                windows.left[result] = left;
                windows.right[result] = right;
                windows.count[result] = count;
            } else if (lane != valid || channel != firstChannel + lane) {
                throw new TraceException(record.instruction() + ": lanes of a pool");
            }
            valid = lane + 1;
        }
        windows.channel[result] = Math.max(0, firstChannel);
        windows.valid[result] = valid;
        return tensor;
    }

    private void place(Key key) {
        List<Windows> all = known.get(key);
        Shape shape = key.input.shape();
        int height = 0;
        int width = 0;
        TreeSet<Integer> tops = new TreeSet<>();
        TreeSet<Integer> lefts = new TreeSet<>();
        for (Windows windows : all) {
            for (int r = 0; r < windows.valid.length; r++) {
                if (windows.valid[r] > 0) {
                    height = Math.max(height, windows.bottom[r] - windows.top[r] + 1);
                    width = Math.max(width, windows.right[r] - windows.left[r] + 1);
                    tops.add(windows.top[r]);
                    lefts.add(windows.left[r]);
                }
            }
        }
        boolean cut = false;
        for (Windows windows : all) {
            for (int r = 0; r < windows.valid.length; r++) {
                cut |= windows.valid[r] > 0 && windows.count[r] != height * width;
            }
        }
        if (cut && !key.maximum) {
            throw new TraceException(all.get(0).record.instruction() + ": average over windows of different size");
        }
        int strideY = distance(tops, height);
        int strideX = distance(lefts, width);
        int rows = (shape.height() - height) / strideY + 1;
        int columns = (shape.width() - width) / strideX + 1;
        int sameRows = (shape.height() + strideY - 1) / strideY;
        int sameColumns = (shape.width() + strideX - 1) / strideX;
        boolean same = key.maximum
                && (cut
                        || tops.size() == sameRows
                                && lefts.size() == sameColumns
                                && (sameRows != rows || sameColumns != columns));
        int padY = 0;
        int padX = 0;
        if (same) {
            rows = sameRows;
            columns = sameColumns;
            padY = Math.max(0, (rows - 1) * strideY + height - shape.height()) / 2;
            padX = Math.max(0, (columns - 1) * strideX + width - shape.width()) / 2;
        }
        Shape size = new Shape(rows, columns, shape.channels());
        GraphTensor output = builder.get(
                key,
                k -> builder.add(
                        size,
                        key.fields.outputZero(),
                        (tensor, list) -> new Pool(key.maximum, key.input, tensor, list, key.fields)));
        output.grow(size);
        ((Pool) output.producer().orElseThrow()).window(new Pool.Window(height, width, strideY, strideX, same));
        for (Windows windows : all) {
            builder.at(output, windows.record.instruction().place());
            for (int r = 0; r < windows.valid.length; r++) {
                int y = windows.bottom[r] - windows.top[r] + 1 < height && windows.top[r] == 0
                        ? 0
                        : (windows.top[r] + padY) / strideY;
                int x = windows.right[r] - windows.left[r] + 1 < width && windows.left[r] == 0
                        ? 0
                        : (windows.left[r] + padX) / strideX;
                int c = windows.channel[r];
                places.put(
                        windows.record,
                        r,
                        output,
                        (y * columns + x) * shape.channels() + c,
                        Math.min(windows.valid[r], shape.channels() - c));
            }
        }
    }

    private static int distance(TreeSet<Integer> positions, int alone) {
        int distance = Integer.MAX_VALUE;
        Integer before = null;
        for (int position : positions) {
            if (before != null) {
                distance = Math.min(distance, position - before);
            }
            before = position;
        }
        return distance == Integer.MAX_VALUE ? alone : distance;
    }
}
