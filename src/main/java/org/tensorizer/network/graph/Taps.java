package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Words;

/**
 * The steps of a convolution as positions: each weight row is one tap (y, x) of the kernel and one word of channels; each
 * result is one position of the kernel on the input.
 */
final class Taps {
    static final int PADDING = -1;

    private final Layer layer;
    private final GraphBuilder builder;
    private final int[][] tensors; // by group and row; -1 where only padding was met
    private final int[][] channels;
    private final int[][] counts;
    private final int[][] at; // by record: y << 16 | x of every step, PADDING where it meets none of a tensor
    private final int[] dy;
    private final int[] dx;
    private final int[][] originY;
    private final int[][] originX;

    Taps(Layer layer, Words words, Places places, GraphBuilder builder) {
        this.layer = layer;
        this.builder = builder;
        int rows = layer.taps();
        tensors = new int[layer.groups()][rows];
        channels = new int[layer.groups()][rows];
        counts = new int[layer.groups()][rows];
        for (int[] each : tensors) {
            Arrays.fill(each, PADDING);
        }
        at = new int[layer.records.size()][];
        for (int r = 0; r < at.length; r++) {
            at[r] = read(layer.records.get(r), words, places);
        }
        TapOffsets offsets = new TapOffsets(layer, at);
        dy = offsets.dy;
        dx = offsets.dx;
        originY = new int[at.length][];
        originX = new int[at.length][];
        origins();
    }

    private int[] read(OpRecord record, Words words, Places places) {
        int rows = layer.taps();
        int[] codes = record.words();
        int[] positions = new int[codes.length];
        for (int result = 0, i = 0; result < record.results(); result++) {
            int group = layer.rank(record, result);
            for (int row = 0; row < rows; row++, i++) {
                int word = codes[i];
                long place = places.of(words.tag(word, 0));
                layer.require(place != Places.INTERNAL, "reads the inside of a softmax");
                if (place == Places.NONE) {
                    positions[i] = PADDING;
                    continue;
                }
                layer.require(words.isWhole(word), "words of mixed origin");
                int tensor = Places.tensor(place);
                Shape shape = builder.tensor(tensor).shape();
                int f = Places.element(place);
                int c = f % shape.channels();
                int pixel = f / shape.channels();
                positions[i] = pixel / shape.width() << 16 | pixel % shape.width();
                int count = Math.min(words.run(word), shape.channels() - c);
                if (tensors[group][row] == PADDING) {
                    tensors[group][row] = tensor;
                    channels[group][row] = c;
                    counts[group][row] = count;
                }
                layer.require(
                        tensors[group][row] == tensor && channels[group][row] == c,
                        "one weight row meets several channels");
                counts[group][row] = Math.max(counts[group][row], count);
            }
        }
        return positions;
    }

    static int y(int position) {
        return position >> 16;
    }

    static int x(int position) {
        return position & 0xffff;
    }

    /** Where the kernel lies for each result; all its taps must agree. */
    private void origins() {
        int rows = layer.taps();
        for (int r = 0; r < at.length; r++) {
            int results = at[r].length / rows;
            originY[r] = new int[results];
            originX[r] = new int[results];
            for (int result = 0; result < results; result++) {
                boolean any = false;
                for (int row = 0; row < rows; row++) {
                    int position = at[r][result * rows + row];
                    if (position == PADDING) {
                        continue;
                    }
                    int y = y(position) - dy[row];
                    int x = x(position) - dx[row];
                    if (!any) {
                        originY[r][result] = y;
                        originX[r][result] = x;
                        any = true;
                    }
                    layer.require(originY[r][result] == y && originX[r][result] == x, "taps are not on one grid");
                }
                layer.require(any, "a result that meets only padding");
            }
        }
    }

    /** Row where the kernel lies for a result, negative in front of the input. */
    int y(int record, int result) {
        return originY[record][result];
    }

    /** Column where the kernel lies for a result. */
    int x(int record, int result) {
        return originX[record][result];
    }

    int[] outputY() {
        return Arrays.stream(originY)
                .flatMapToInt(Arrays::stream)
                .distinct()
                .sorted()
                .toArray();
    }

    int[] outputX() {
        return Arrays.stream(originX)
                .flatMapToInt(Arrays::stream)
                .distinct()
                .sorted()
                .toArray();
    }

    private static int[] distinct(int[] values) {
        return Arrays.stream(values).distinct().sorted().toArray();
    }

    private int dilation(int[] values) {
        int[] distinct = distinct(values);
        int step = distinct.length > 1 ? distinct[1] - distinct[0] : 1;
        for (int i = 1; i < distinct.length; i++) {
            layer.require(distinct[i] - distinct[i - 1] == step, "kernel positions " + Arrays.toString(distinct));
        }
        return step;
    }

    int height() {
        return distinct(dy).length;
    }

    int width() {
        return distinct(dx).length;
    }

    int dilationY() {
        return dilation(dy);
    }

    int dilationX() {
        return dilation(dx);
    }

    /** Row of the kernel of each weight row. */
    int[] kernelY() {
        int dilation = dilationY();
        return Arrays.stream(dy).map(y -> y / dilation).toArray();
    }

    /** Column of the kernel of each weight row. */
    int[] kernelX() {
        int dilation = dilationX();
        return Arrays.stream(dx).map(x -> x / dilation).toArray();
    }

    /** Tensors that the words come from, in the order of the channels. */
    List<GraphTensor> inputs() {
        TreeSet<Integer> seen = new TreeSet<>();
        List<GraphTensor> inputs = new ArrayList<>();
        for (int[] group : tensors) {
            for (int tensor : group) {
                if (tensor != PADDING && seen.add(tensor)) {
                    inputs.add(builder.tensor(tensor));
                }
            }
        }
        layer.require(!inputs.isEmpty(), "no input");
        return inputs;
    }

    /** Whether each group of four lanes reads the one channel word of its own, with zero points off the diagonal. */
    boolean isDepthwise(byte[] payload) {
        List<GraphTensor> inputs = inputs();
        int start = 0;
        for (int group = 0; group < layer.groups(); group++) {
            int tensor = PADDING;
            int channel = 0;
            for (int row = 0; row < layer.taps(); row++) {
                if (tensors[group][row] == PADDING) {
                    continue;
                }
                if (tensor == PADDING) {
                    tensor = tensors[group][row];
                    channel = channels[group][row];
                }
                if (tensors[group][row] != tensor || channels[group][row] != channel) {
                    return false;
                }
            }
            int before = 0;
            for (GraphTensor input : inputs) {
                if (input.index() == tensor) {
                    break;
                }
                before += input.shape().channels();
            }
            if (layer.lanes[group] != 4 || before + channel != start || !isDiagonal(payload, group)) {
                return false;
            }
            start += 4;
        }
        return layer.groups() > 1 || inputs.get(0).shape().channels() > 1;
    }

    private boolean isDiagonal(byte[] payload, int group) {
        int zero = layer.header.zeroPoints() ? org.tensorizer.layout.Header.ZERO_POINT : layer.fields.weightZero();
        for (int offset : layer.offsets) {
            for (int i = 0; i < 16; i++) {
                if (i % 5 != 0 && (payload[layer.bases[group] + offset + i] & 0xff) != zero) {
                    return false;
                }
            }
        }
        return true;
    }

    /** First channel of each weight row in the joined input; 0 if depthwise. */
    int[] channels(List<GraphTensor> inputs, boolean depthwise) {
        int rows = layer.taps();
        int[] joined = new int[rows];
        if (depthwise) {
            return joined;
        }
        for (int row = 0; row < rows; row++) {
            for (int group = 1; group < layer.groups(); group++) {
                layer.require(
                        tensors[group][row] == tensors[0][row] && channels[group][row] == channels[0][row],
                        "groups read different channels");
            }
            layer.require(tensors[0][row] != PADDING, "a weight row that meets only padding");
            int before = 0;
            for (GraphTensor input : inputs) {
                if (input.index() == tensors[0][row]) {
                    break;
                }
                before += input.shape().channels();
            }
            joined[row] = before + channels[0][row];
        }
        return joined;
    }

    /** Channels of the word of each weight row. */
    int[] runs() {
        return counts[0];
    }
}
