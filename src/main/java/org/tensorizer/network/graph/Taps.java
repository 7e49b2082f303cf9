package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.tensorizer.layout.Header;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.TagWords;

/**
 * The steps of a convolution as positions: each weight row is one tap (y, x) of the kernel and one word of channels; each
 * result is one position of the kernel on the input.
 */
final class Taps {
    private static final int PADDING = -1;

    private final LayerRecords layer;
    private final GraphBuilder builder;
    private final int[][] tensors; // by group and row; -1 where only padding was met
    private final int[][] channels;
    private final int[][] counts;
    private final int[][] at; // by record: y << 16 | x of every step, PADDING where it meets none of a tensor
    private final TapAxis vertical;
    private final TapAxis horizontal;

    Taps(LayerRecords layer, TagWords words, Places places, GraphBuilder builder) {
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
        int[] dy = new int[rows];
        int[] dx = new int[rows];
        findOffsets(dy, dx);
        int[][] originY = new int[at.length][];
        int[][] originX = new int[at.length][];
        findOrigins(dy, dx, originY, originX);
        vertical = new TapAxis(layer, dy, originY);
        horizontal = new TapAxis(layer, dx, originX);
    }

    TapAxis vertical() {
        return vertical;
    }

    TapAxis horizontal() {
        return horizontal;
    }

    private int[] read(OpRecord record, TagWords words, Places places) {
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

    private static int y(int position) {
        return position >> 16;
    }

    private static int x(int position) {
        return position & 0xffff;
    }

    /**
     * Where the weight rows lie within the kernel, in positions of the input, the lowest at 0: from the result that meets the
     * most of the input; others by rows they share.
     */
    private void findOffsets(int[] dy, int[] dx) {
        int rows = layer.taps();
        int[] best = {};
        int bestFrom = 0;
        long most = -1;
        for (int[] positions : at) {
            for (int from = 0; from < positions.length; from += rows) {
                long met = Arrays.stream(positions, from, from + rows)
                        .filter(position -> position != PADDING)
                        .count();
                if (met > most) {
                    most = met;
                    best = positions;
                    bestFrom = from;
                }
            }
        }
        boolean[] known = new boolean[rows];
        int left = rows - place(best, bestFrom, 0, 0, known, dy, dx);
        for (int before = rows + 1; left > 0 && left < before; ) {
            before = left;
            for (int[] positions : at) {
                for (int from = 0; from < positions.length && left > 0; from += rows) {
                    left -= extend(positions, from, known, dy, dx);
                }
            }
        }
        layer.require(left == 0, left + " weight rows meet only padding");
        int lowY = Arrays.stream(dy).min().orElseThrow();
        int lowX = Arrays.stream(dx).min().orElseThrow();
        Arrays.setAll(dy, row -> dy[row] - lowY);
        Arrays.setAll(dx, row -> dx[row] - lowX);
    }

    /** @return rows that became known by a result that meets known rows, too */
    private static int extend(int[] positions, int from, boolean[] known, int[] dy, int[] dx) {
        for (int row = known.length - 1; row >= 0; row--) {
            int position = positions[from + row];
            if (known[row] && position != PADDING) {
                return place(positions, from, y(position) - dy[row], x(position) - dx[row], known, dy, dx);
            }
        }
        return 0;
    }

    /** @return rows that became known by a result whose kernel lies at (y, x) */
    private static int place(int[] positions, int from, int y, int x, boolean[] known, int[] dy, int[] dx) {
        int found = 0;
        for (int row = 0; row < known.length; row++) {
            int position = positions[from + row];
            if (position != PADDING && !known[row]) {
                dy[row] = y(position) - y;
                dx[row] = x(position) - x;
                known[row] = true;
                found++;
            }
        }
        return found;
    }

    /** Where the kernel lies for each result; all its taps must agree. */
    private void findOrigins(int[] dy, int[] dx, int[][] originY, int[][] originX) {
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
            if (layer.lanes[group] != 4 || before(inputs, tensor) + channel != start || !isDiagonal(payload, group)) {
                return false;
            }
            start += 4;
        }
        return layer.groups() > 1 || inputs.get(0).shape().channels() > 1;
    }

    /** Channels of the inputs in front of a tensor. */
    private static int before(List<GraphTensor> inputs, int tensor) {
        return inputs.stream()
                .takeWhile(input -> input.index() != tensor)
                .mapToInt(input -> input.shape().channels())
                .sum();
    }

    private boolean isDiagonal(byte[] payload, int group) {
        int zero = layer.header.zeroPoints() ? Header.ZERO_POINT : layer.fields.weightZero();
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
            joined[row] = before(inputs, tensors[0][row]) + channels[0][row];
        }
        return joined;
    }

    /** Channels of the word of each weight row. */
    int[] runs() {
        return counts[0];
    }
}
