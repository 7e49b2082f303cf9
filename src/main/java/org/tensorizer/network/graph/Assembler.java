package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.TraceException;

/** Tensors put together from elements of others: whole, permuted, as a box, side by side. */
final class Assembler {
    private final GraphBuilder builder;

    Assembler(GraphBuilder builder) {
        this.builder = builder;
    }

    /**
     * @param tensor the whole tensor
     * @param order element number at each position where the elements are permuted, else null
     */
    record Assembled(GraphTensor tensor, int[] order) {}

    private record ConcatKey(int axis, List<GraphTensor> parts) {}

    private record SliceKey(GraphTensor of, int y, int x, int c, Shape shape) {}

    private record FlatKey(GraphTensor of) {}

    /** Tensors side by side along the channels. */
    GraphTensor join(List<GraphTensor> parts, String where) {
        return parts.size() == 1 ? parts.get(0) : concatenate(2, parts, where);
    }

    private GraphTensor concatenate(int axis, List<GraphTensor> parts, String where) {
        GraphTensor first = parts.get(0);
        int[] size = {
            first.shape().height(), first.shape().width(), first.shape().channels()
        };
        int total = 0;
        for (GraphTensor part : parts) {
            int[] dimensions = {
                part.shape().height(), part.shape().width(), part.shape().channels()
            };
            total += dimensions[axis];
            dimensions[axis] = size[axis];
            if (part.zeroPoint() != first.zeroPoint() || !Arrays.equals(dimensions, size)) {
                throw new TraceException(where + ": " + part + " with zero point " + part.zeroPoint() + " beside "
                        + first + " with " + first.zeroPoint());
            }
        }
        size[axis] = total;
        return builder.get(
                new ConcatKey(axis, List.copyOf(parts)),
                key -> builder.add(
                        new Shape(size[0], size[1], size[2]),
                        first.zeroPoint(),
                        (output, list) -> new GraphOperator.Concatenation(List.copyOf(parts), output, axis)));
    }

    private GraphTensor flatten(GraphTensor tensor) {
        if (tensor.shape().isFlat()) {
            return tensor;
        }
        return builder.get(
                new FlatKey(tensor),
                key -> builder.add(
                        new Shape(1, 1, tensor.shape().elements()),
                        tensor.zeroPoint(),
                        (output, list) -> new GraphOperator.Reshape(List.of(tensor), output)));
    }

    /**
     * The tensor whose elements, in order, are those at the given places.
     *
     * @param at places in the order y, x, c
     * @throws TraceException there is no such tensor
     */
    Assembled assemble(long[] at, Shape shape, String where) {
        for (long place : at) {
            if (!Places.isElement(place)) {
                throw new TraceException(where
                        + (place == Places.INTERNAL
                                ? ": reads the inside of a softmax"
                                : ": elements of unknown origin"));
            }
        }
        List<int[]> runs = new ArrayList<>(); // start, end of runs of one tensor
        for (int from = 0; from < at.length; ) {
            int to = from;
            while (to < at.length && Places.tensor(at[to]) == Places.tensor(at[from])) {
                to++;
            }
            runs.add(new int[] {from, to});
            from = to;
        }
        if (runs.size() == 1) {
            return one(at, shape, where);
        }
        List<GraphTensor> order = new ArrayList<>();
        boolean whole = true;
        for (int[] run : runs) {
            GraphTensor tensor = builder.tensor(Places.tensor(at[run[0]]));
            whole &= tensor.shape().elements() == run[1] - run[0] && isAscending(at, run[0], run[1], 0);
            order.add(tensor);
        }
        if (whole && new HashSet<>(order).size() == order.size()) {
            return new Assembled(join(order.stream().map(this::flatten).toList(), where), null);
        }
        List<GraphTensor> distinct = List.copyOf(new LinkedHashSet<>(order));
        if (isChannelConcatenation(at, distinct)) {
            return new Assembled(join(distinct, where), null);
        }
        return new Assembled(boxes(at, shape, where), null);
    }

    private static boolean isAscending(long[] at, int from, int to, int first) {
        for (int i = from; i < to; i++) {
            if (Places.element(at[i]) != first + i - from) {
                return false;
            }
        }
        return true;
    }

    private Assembled one(long[] at, Shape shape, String where) {
        GraphTensor tensor = builder.tensor(Places.tensor(at[0]));
        int elements = tensor.shape().elements();
        if (at.length < elements) {
            return new Assembled(box(at, where), null);
        }
        boolean[] seen = new boolean[elements];
        int[] order = new int[at.length];
        for (int i = 0; i < at.length; i++) {
            order[i] = Places.element(at[i]);
            if (at.length != elements || seen[order[i]]) {
                throw new TraceException(where + ": " + at.length + " elements of " + tensor);
            }
            seen[order[i]] = true;
        }
        return new Assembled(tensor, isAscending(at, 0, at.length, 0) ? null : order);
    }

    /** A box of one tensor, in order. */
    private GraphTensor box(long[] at, String where) {
        GraphTensor tensor = builder.tensor(Places.tensor(at[0]));
        Shape whole = tensor.shape();
        int[] low = {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE};
        int[] high = new int[3];
        for (long place : at) {
            int f = Places.element(place);
            int[] q = {
                f / (whole.channels() * whole.width()), f / whole.channels() % whole.width(), f % whole.channels()
            };
            for (int k = 0; k < 3; k++) {
                low[k] = Math.min(low[k], q[k]);
                high[k] = Math.max(high[k], q[k]);
            }
        }
        Shape size = new Shape(high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1);
        boolean same = size.elements() == at.length;
        for (int i = 0; same && i < at.length; i++) {
            int c = low[2] + i % size.channels();
            int x = low[1] + i / size.channels() % size.width();
            int y = low[0] + i / size.channels() / size.width();
            same = Places.element(at[i]) == (y * whole.width() + x) * whole.channels() + c
                    && Places.tensor(at[i]) == tensor.index();
        }
        if (!same) {
            throw new TraceException(where + ": " + at.length + " elements of " + tensor + " that are no box of it");
        }
        return builder.get(
                new SliceKey(tensor, low[0], low[1], low[2], size),
                key -> builder.add(
                        size,
                        tensor.zeroPoint(),
                        (output, list) -> new GraphOperator.Slice(List.of(tensor), output, low[0], low[1], low[2])));
    }

    private boolean isChannelConcatenation(long[] at, List<GraphTensor> parts) {
        Shape first = parts.get(0).shape();
        int channels = 0;
        for (GraphTensor part : parts) {
            channels += part.shape().channels();
            if (part.shape().height() != first.height() || part.shape().width() != first.width()) {
                return false;
            }
        }
        if (at.length != first.height() * first.width() * channels) {
            return false;
        }
        int i = 0;
        for (int position = 0; position < first.height() * first.width(); position++) {
            for (GraphTensor part : parts) {
                int n = part.shape().channels();
                for (int c = 0; c < n; c++, i++) {
                    if (Places.tensor(at[i]) != part.index() || Places.element(at[i]) != position * n + c) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Boxes of several tensors side by side along one axis. */
    private GraphTensor boxes(long[] at, Shape shape, String where) {
        int[] size = {shape.height(), shape.width(), shape.channels()};
        int[] step = {shape.width() * shape.channels(), shape.channels(), 1};
        for (int axis = 2; axis >= 0; axis--) {
            int[] tensors = slices(at, size, step, axis);
            if (tensors == null) {
                continue;
            }
            List<GraphTensor> parts = new ArrayList<>();
            for (int from = 0; from < size[axis]; ) {
                int to = from;
                while (to < size[axis] && tensors[to] == tensors[from]) {
                    to++;
                }
                int[] partSize = size.clone();
                partSize[axis] = to - from;
                Shape partShape = new Shape(partSize[0], partSize[1], partSize[2]);
                long[] elements = part(at, size, step, axis, from, to);
                GraphTensor tensor = builder.tensor(tensors[from]);
                boolean whole = tensor.shape().equals(partShape) && isAscending(elements, 0, elements.length, 0);
                parts.add(whole ? tensor : box(elements, where));
                from = to;
            }
            return concatenate(axis, parts, where);
        }
        throw new TraceException(where + ": elements of several tensors in no known order");
    }

    /** The tensor of each slice across an axis, null if a slice has several. */
    private static int[] slices(long[] at, int[] size, int[] step, int axis) {
        int[] tensors = new int[size[axis]];
        Arrays.fill(tensors, -1);
        for (int i = 0; i < at.length; i++) {
            int k = i / step[axis] % size[axis];
            int tensor = Places.tensor(at[i]);
            if (tensors[k] >= 0 && tensors[k] != tensor) {
                return null;
            }
            tensors[k] = tensor;
        }
        return tensors;
    }

    private static long[] part(long[] at, int[] size, int[] step, int axis, int from, int to) {
        long[] part = new long[at.length / size[axis] * (to - from)];
        int n = 0;
        for (int i = 0; i < at.length; i++) {
            int k = i / step[axis] % size[axis];
            if (k >= from && k < to) {
                part[n++] = at[i];
            }
        }
        return part;
    }
}
