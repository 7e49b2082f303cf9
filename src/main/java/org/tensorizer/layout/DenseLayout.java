package org.tensorizer.layout;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.isa.Chip;

/**
 * Where each weight W[out][in] and each header value of a Dense layer stands in its payload.
 *
 * <p>Outputs come in groups of 64, one after the other. A group is its header rows (those of scale, bias and zero point
 * that the format has, in this order), then a weight row for every four inputs. A row holds four bytes for each output
 * channel of the group: a header value, or the weights of four inputs.
 *
 * <pre>
 * offset(out, in) = (out / 64) * groupBytes + headerRows * rowBytes + (in / 4) * rowBytes + (out % 64) * 4 + in % 4
 * groupBytes      = (headerRows + ceil(inputs / 4)) * rowBytes
 * rowBytes        = 256, less below 49 outputs: 4 bytes per output rounded up to 64
 * </pre>
 *
 * <p>Source: every byte of compiled models with known weights; formats, padding and short groups the same. Shapes
 * without such a model are {@linkplain ShapeStatus marked}.
 *
 * <p>A payload is given as an array and the offset of its first byte there, so that it can stay inside its file. All
 * offsets in this class are relative to the payload. Weights are row-major arrays W[out][in] of int8. Immutable, safe
 * for many threads; two threads must not write the same payload at once.
 */
public final class DenseLayout {
    private final DenseShape shape;
    private final RowLayout rows;
    private final int rowBytes;
    private final int headerBytes;
    private final int groupBytes;
    private final int size;

    private DenseLayout(DenseShape shape) {
        this.shape = shape;
        Header header = new Header(
                shape.format().isPerChannel(),
                shape.format().hasBias(),
                shape.format().isPerChannel());
        rows = new RowLayout(shape.outputs(), 1, 1, shape.inputs(), header, 1, RowLayout.Rows.PADDED);
        rowBytes = shape.rowBytes();
        headerBytes = shape.format().headerRows() * rowBytes;
        groupBytes = headerBytes + shape.weightRowsPerGroup() * rowBytes;
        size = groupBytes * groups();
    }

    /**
     * The layout of a shape.
     *
     * @throws org.tensorizer.base.BadInputException no payload of this shape can be written, with the reason
     */
    public static DenseLayout of(DenseShape shape) {
        ShapeStatus.of(shape).require();
        return new DenseLayout(shape);
    }

    public DenseShape shape() {
        return shape;
    }

    /** The same payload as that of a convolution with a kernel of 1x1. */
    public RowLayout rows() {
        return rows;
    }

    /** Bytes of the payload. */
    public int size() {
        return size;
    }

    /** Groups of 64 output channels, the last one may have fewer. */
    public int groups() {
        return (shape.outputs() + DenseShape.GROUP - 1) / DenseShape.GROUP;
    }

    /** Bytes of a group, header rows included. */
    public int groupBytes() {
        return groupBytes;
    }

    /** Bytes of the header rows of a group, 0 if the format has none. */
    public int headerBytes() {
        return headerBytes;
    }

    /** Bytes of a row. */
    public int rowBytes() {
        return rowBytes;
    }

    /** Output channels of a group. */
    int lanes(int group) {
        return Math.min(DenseShape.GROUP, shape.outputs() - group * DenseShape.GROUP);
    }

    /** Access to scales, biases and zero points. */
    public DenseHeader header() {
        return new DenseHeader(this);
    }

    /**
     * Offset of the byte of W[out][in].
     *
     * @throws BadInputException there is no such channel
     */
    public int offset(int out, int in) {
        requireOutput(out);
        if (in < 0 || in >= shape.inputs()) {
            throw new BadInputException("input channel " + in + ", " + shape + " has 0 to " + (shape.inputs() - 1));
        }
        return weight(out, in);
    }

    private int weight(int out, int in) {
        return out / DenseShape.GROUP * groupBytes
                + headerBytes
                + in / DenseShape.INPUTS_PER_ROW * rowBytes
                + out % DenseShape.GROUP * Chip.WORD_BYTES
                + in % DenseShape.INPUTS_PER_ROW;
    }

    /**
     * What a byte of the payload means.
     *
     * @throws BadInputException the offset is outside the payload
     */
    public ByteRole role(int offset) {
        if (offset < 0 || offset >= size) {
            throw new BadInputException("offset " + offset + ", the payload of " + shape + " has 0 to " + (size - 1));
        }
        return rows.role(offset);
    }

    /**
     * Writes all weights. No other byte of the payload changes.
     *
     * @param weights W[out][in], outputs * inputs bytes
     * @throws BadInputException an array does not fit
     */
    public void pack(byte[] weights, byte[] payload, int at) {
        requireLength(weights);
        packBlock(weights, 0, shape.inputs(), whole(), payload, at);
    }

    /**
     * Writes a rectangle of weights. No other byte of the payload changes.
     *
     * @param source array that holds the weights to write
     * @param from index of the first of them
     * @param stride distance in {@code source} from an output channel to the next
     * @param block where they go
     * @throws BadInputException the block reaches over the layer, or an array does not fit
     */
    public void packBlock(byte[] source, int from, int stride, WeightBlock block, byte[] payload, int at) {
        requireFit(block, source, from, stride);
        requirePayload(payload.length, at);
        new WeightCopy(source, stride, payload, rowBytes).copy(this, block, from, at, true);
    }

    /**
     * Reads all weights.
     *
     * @return W[out][in], outputs * inputs bytes
     * @throws BadInputException the payload does not lie in the array
     */
    public byte[] unpack(byte[] payload, int at) {
        byte[] weights = new byte[Math.multiplyExact(shape.outputs(), shape.inputs())];
        unpackBlock(payload, at, whole(), weights, 0, shape.inputs());
        return weights;
    }

    /**
     * Reads all weights.
     *
     * @param payload the payload from its position to its limit, both of which stay
     * @return W[out][in], outputs * inputs bytes
     * @throws BadInputException the buffer holds more or less than a payload
     */
    public byte[] unpack(ByteBuffer payload) {
        if (payload.remaining() != size) {
            throw new BadInputException(
                    "payload of " + payload.remaining() + " bytes, that of " + shape + " has " + size);
        }
        byte[] copy = new byte[size];
        payload.duplicate().get(copy);
        return unpack(copy, 0);
    }

    /**
     * Reads a rectangle of weights.
     *
     * @param block what to read
     * @param target array to write to
     * @param to index of the first weight there
     * @param stride distance in {@code target} from an output channel to the next
     * @throws BadInputException the block reaches over the layer, or an array does not fit
     */
    public void unpackBlock(byte[] payload, int at, WeightBlock block, byte[] target, int to, int stride) {
        requireFit(block, target, to, stride);
        requirePayload(payload.length, at);
        new WeightCopy(target, stride, payload, rowBytes).copy(this, block, to, at, false);
    }

    /**
     * Writes zero weights, zero biases, scales 1.0, zero points 128, and the padding the compiler writes.
     *
     * @throws BadInputException the payload does not lie in the array
     */
    public void clear(byte[] payload, int at) {
        requirePayload(payload.length, at);
        Arrays.fill(payload, at, at + size, (byte) 0);
        for (int group = 0; group < groups(); group++) {
            int laneBytes = (lanes(group) + 3) / 4 * 4 * Chip.WORD_BYTES;
            int end = at + (group + 1) * groupBytes;
            for (int row = at + group * groupBytes + headerBytes; row < end; row += rowBytes) {
                Arrays.fill(payload, row, row + laneBytes, (byte) Header.ZERO_POINT);
            }
        }
        header().reset(payload, at);
    }

    private WeightBlock whole() {
        return new WeightBlock(0, 0, shape.outputs(), shape.inputs());
    }

    private void requireLength(byte[] weights) {
        long expected = (long) shape.outputs() * shape.inputs();
        if (weights.length != expected) {
            throw new BadInputException(weights.length + " weights, " + shape + " takes " + shape.outputs() + " x "
                    + shape.inputs() + " = " + expected);
        }
    }

    /**
     * @return the block
     * @throws BadInputException it reaches over the layer
     */
    public WeightBlock requireInside(WeightBlock block) {
        if ((long) block.out() + block.outs() > shape.outputs() || (long) block.in() + block.ins() > shape.inputs()) {
            throw new BadInputException(
                    block + ", " + shape + " has W[0.." + (shape.outputs() - 1) + "][0.." + (shape.inputs() - 1) + "]");
        }
        return block;
    }

    private void requireFit(WeightBlock block, byte[] weights, int from, int stride) {
        requireInside(block);
        long end = from + (long) (block.outs() - 1) * stride + block.ins();
        if (from < 0 || stride < block.ins() || end > weights.length) {
            throw new BadInputException(block + " from index " + from + ", one output channel every " + stride
                    + ", in an array of " + weights.length + " weights");
        }
    }

    void requirePayload(int length, int at) {
        if (at < 0 || at > length - size) {
            throw new BadInputException(
                    "payload of " + size + " bytes (" + shape + ") at index " + at + " of " + length + " bytes");
        }
    }

    void requireOutput(int out) {
        if (out < 0 || out >= shape.outputs()) {
            throw new BadInputException("output channel " + out + ", " + shape + " has 0 to " + (shape.outputs() - 1));
        }
    }

    /** Such as {@code layout of Dense 1024 -> 521, PER_TENSOR_BIAS}. */
    @Override
    public String toString() {
        return "layout of " + shape;
    }

    /**
     * A rectangle of W[out][in].
     *
     * @param out first output channel
     * @param in first input channel
     * @param outs output channels, at least 1
     * @param ins input channels, at least 1
     */
    public record WeightBlock(int out, int in, int outs, int ins) {
        public WeightBlock {
            if (out < 0 || in < 0 || outs < 1 || ins < 1) {
                throw new BadInputException("block of " + outs + " x " + ins + " weights at W[" + out + "][" + in
                        + "], expected at least 1 x 1 at a channel from 0 on");
            }
        }

        /** Such as {@code W[64..127][0..63]}. */
        @Override
        public String toString() {
            return "W[" + out + ".." + (out + outs - 1L) + "][" + in + ".." + (in + ins - 1L) + "]";
        }
    }
}
