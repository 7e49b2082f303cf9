package org.tensorizer.layout;

import java.util.Arrays;

/**
 * Depthwise convolutions: four channels after the other, each with its header words of 16 bytes and then one block of 16
 * bytes a tap, in (y, x) order. A block is 4 lanes x 4 inputs, byte = 4 * lane + input: the weights stand on the diagonal,
 * the weight zero point everywhere else. Nothing is padded but the last piece.
 *
 * <pre>
 * offset(c, y, x) = c / 4 * groupBytes + 16 * (headerRows + y * width + x) + 5 * (c % 4)
 * </pre>
 *
 * Source: measured on real compiled models; a convolution from one channel to one has this layout, too.
 *
 * @param outputs channels
 * @param height rows of the kernel
 * @param width columns of the kernel
 * @param header words in front of each piece
 */
public record BlockLayout(int outputs, int height, int width, Header header) implements PayloadLayout {
    private static final int CHANNELS = 4;
    private static final int BLOCK = 16;
    private static final int DIAGONAL = 5;

    /** @throws IllegalArgumentException a dimension is not positive */
    public BlockLayout {
        if (outputs < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "depthwise kernel " + outputs + "x" + height + "x" + width + ", expected positive dimensions");
        }
    }

    @Override
    public int inputs() {
        return 1;
    }

    /** Bytes of four channels. */
    @Override
    public int groupBytes() {
        return BLOCK * (header.rows() + height * width);
    }

    @Override
    public int size() {
        return groups() * groupBytes();
    }

    @Override
    public int headerBytes() {
        return BLOCK * header.rows();
    }

    /** Pieces of four channels. */
    @Override
    public int groups() {
        return (outputs + CHANNELS - 1) / CHANNELS;
    }

    @Override
    public int offset(int output, int y, int x, int input) {
        return output / CHANNELS * groupBytes()
                + BLOCK * (header.rows() + y * width + x)
                + DIAGONAL * (output % CHANNELS);
    }

    @Override
    public int headerOffset(int row, int output) {
        return row < 0 ? -1 : output / CHANNELS * groupBytes() + BLOCK * row + 4 * (output % CHANNELS);
    }

    /** Beside the diagonal a block holds the zero point; of a channel that does not exist everything is padding. */
    @Override
    public ByteRole role(int offset) {
        int row = offset % groupBytes() / BLOCK;
        int inRow = offset % BLOCK;
        int channel = offset / groupBytes() * CHANNELS + inRow / CHANNELS;
        if (channel >= outputs) {
            return ByteRole.Padding.LANE;
        }
        if (row < header.rows()) {
            return header.role(row, channel, offset % 4);
        }
        int tap = row - header.rows();
        return inRow % DIAGONAL == 0
                ? new ByteRole.Weight(channel, tap / width, tap % width, 0)
                : ByteRole.Padding.INPUT;
    }

    @Override
    public void visit(WeightCells cells, RunVisitor visitor) {
        for (int first = cells.firstOutput(); first < cells.endOutput(); first = (first / CHANNELS + 1) * CHANNELS) {
            int end = Math.min(cells.endOutput(), (first / CHANNELS + 1) * CHANNELS);
            for (int tap = cells.firstTap(); tap < cells.endTap(); tap++) {
                for (int channel = first; channel < end; channel++) {
                    int at = offset(channel, tap / width, tap % width, 0);
                    visitor.run(at, at + 1);
                }
            }
        }
    }

    @Override
    public byte[] unpack(byte[] payload, int at) {
        byte[] weights = new byte[weights()];
        for (int n = 0; n < weights.length; n++) {
            weights[n] = payload[at + offset(n)];
        }
        return weights;
    }

    @Override
    public void pack(byte[] weights, byte[] payload, int at) {
        require(weights);
        for (int n = 0; n < weights.length; n++) {
            payload[at + offset(n)] = weights[n];
        }
    }

    private int offset(int weight) {
        return offset(weight / taps(), 0, 0, 0) + BLOCK * (weight % taps());
    }

    /** Channels that do not exist have bias 0, the scale of channel 0 and the zero point as weight. */
    @Override
    public void writePadding(int zeroPoint, float[] scales, byte[] payload, int at) {
        for (int piece = 0; piece < groups(); piece++) {
            int blocks = at + piece * groupBytes() + BLOCK * header.rows();
            Arrays.fill(payload, blocks, blocks + BLOCK * height * width, (byte) zeroPoint);
        }
        for (int channel = outputs; channel < CHANNELS * groups(); channel++) {
            if (header.scales()) {
                Words.set(payload, at + scaleOffset(channel), Float.floatToRawIntBits(scales[0]));
            }
            if (header.zeroPoints()) {
                Words.set(payload, at + zeroPointOffset(channel), Header.ZERO_POINT);
            }
        }
    }

    /** A matrix of bytes with rows and columns exchanged: from channels last to channels first, or back. */
    public static byte[] transposed(byte[] matrix, int rows) {
        byte[] turned = new byte[matrix.length];
        int columns = matrix.length / rows;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = matrix[row * columns + column];
            }
        }
        return turned;
    }
}
