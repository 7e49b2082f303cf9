package org.tensorizer.compiler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.ParameterCode.Part;
import org.tensorizer.conv.ParameterCode.Rows;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.isa.Chip;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.RowLayout;

/**
 * Parameters of what follows the images that wait on their tiles: per fully connected layer and tile header rows of 64
 * lanes (scales, biases, zero points, as the format says) and rows of weights, byte 4 * lane + input % 4; then the tables
 * of a softmax in rows of 64 bytes.
 *
 * @param tables where far tables of a softmax are kept, else empty
 */
record HeadPayload(HeadPlan plan, List<Piece> tables) {
    private static final int TABLE_ROW_BYTES = 64;

    /** What goes where, in the order of the payload. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (LayerPlan layer : plan.layers()) {
            if (!layer.isStreamed()) {
                List<Rows> rows = new ArrayList<>();
                for (int tile = 0; tile < layer.tiles(); tile++) {
                    rows.add(new Rows(
                            tile,
                            layer.weightsRow(),
                            layer.inputWords(),
                            layer.layer().format().headerRows()));
                }
                parts.add(Part.inPlace(Chip.ROW_BYTES, rows));
            }
        }
        plan.softmax().ifPresent(softmax -> tables(softmax, parts));
        return parts;
    }

    private void tables(SoftmaxPlan softmax, List<Part> parts) {
        for (int table = 0; table < SoftmaxPlan.TABLES; table++) {
            List<Rows> rows = new ArrayList<>();
            if (softmax.far()) {
                Piece piece = tables.get(table);
                rows.add(new Rows(piece.tile(), piece.row(), piece.rows()));
            } else {
                for (int tile = 0; tile < softmax.tiles(); tile++) {
                    rows.add(new Rows(tile, softmax.tableRow(table, tile), softmax.words(tile)));
                }
            }
            parts.add(Part.inPlace(TABLE_ROW_BYTES, rows));
        }
        if (softmax.isOdd()) {
            parts.add(Part.inPlace(TABLE_ROW_BYTES, List.of(new Rows(0, softmax.oddRow(), 1))));
        }
    }

    /** Numbers of a streamed layer, its inputs padded. */
    static ConvolutionPayload.Numbers streamed(LayerPlan plan) {
        return new ConvolutionPayload.Numbers(
                padded(plan), plan.layer().bias(), plan.layer().weightScales());
    }

    /** Weights of a layer, inputs that do not exist with the zero point. */
    private static byte[] padded(LayerPlan plan) {
        Head.Layer layer = plan.layer();
        int padded = plan.paddedInputs();
        byte[] weights = new byte[Math.multiplyExact(layer.outputs(), padded)];
        Arrays.fill(weights, (byte) layer.weightZeroPoint());
        for (int out = 0; out < layer.outputs(); out++) {
            for (int in = 0; in < layer.inputs(); in++) {
                weights[out * padded + plan.padded(in)] = layer.weights()[out * layer.inputs() + in];
            }
        }
        return weights;
    }

    /** Writes everything in {@link #parts()} from an index on. */
    void write(byte[] target, int at) {
        ByteBuffer out = ByteBuffer.wrap(target).order(ByteOrder.LITTLE_ENDIAN).position(at);
        for (LayerPlan layer : plan.layers()) {
            if (!layer.isStreamed()) {
                layer(layer, out);
            }
        }
        plan.softmax().ifPresent(softmax -> tables(softmax, out));
    }

    /** Each group of 64 outputs is on a tile of its own. */
    private static void layer(LayerPlan plan, ByteBuffer out) {
        Head.Layer layer = plan.layer();
        boolean perChannel = layer.format().isPerChannel();
        Header header = new Header(perChannel, layer.format().hasBias(), perChannel);
        RowLayout layout = new RowLayout(layer.outputs(), 1, 1, plan.paddedInputs(), header, 1, RowLayout.Rows.WHOLE);
        layout.write(
                padded(plan), layer.weightZeroPoint(), layer.bias(), layer.multipliers(), out.array(), out.position());
        out.position(out.position() + layout.size());
    }

    /** Biases twice, scales, and what clears half a word; numbers beyond the last become the smallest. */
    private static void tables(SoftmaxPlan softmax, ByteBuffer out) {
        float scale = softmax.numbers().inputScale() * softmax.numbers().beta();
        for (int table = 0; table < SoftmaxPlan.TABLES; table++) {
            for (int word = 0; word < softmax.words(); word++) {
                int row = out.position();
                for (int k = 0; k < 4; k++) {
                    boolean beyond = 4 * word + k >= softmax.classes();
                    if (table < 2) {
                        out.putInt(row + 4 * k, beyond ? Integer.MIN_VALUE : 0);
                    } else {
                        out.putFloat(row + 4 * k, beyond ? scale * Float.MAX_VALUE : scale);
                    }
                }
                out.position(row + TABLE_ROW_BYTES);
            }
        }
        if (softmax.isOdd()) {
            out.putFloat(out.position(), 1);
            out.position(out.position() + TABLE_ROW_BYTES);
        }
    }
}
