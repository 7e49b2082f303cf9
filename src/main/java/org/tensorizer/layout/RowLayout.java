package org.tensorizer.layout;

import java.util.Arrays;

/**
 * Convolutions and Dense layers: groups of 64 output channels, each with its header rows and then weight rows. A row
 * has four bytes a lane: in a header one word, in a weight row the weights of four consecutive input channels.
 *
 * <pre>
 * offset(o, y, x, i) = (o / 64 * groupRows + headerRows + row) * rowBytes + 4 * (o % 64) + i % 4
 * row = ((i / 4 / block * height + y) * width + x) * block + i / 4 % block
 * </pre>
 *
 * Every row of the layer has as many bytes, also those of a short last group. Source: measured on real compiled models.
 *
 * @param outputs output channels
 * @param height rows of the kernel
 * @param width columns of the kernel
 * @param inputs input channels
 * @param header rows in front of each group
 * @param block input words (of four channels) that stand innermost: 1 nearly always, a divisor of the number of words
 * @param rows how long a row is
 */
public record RowLayout(int outputs, int height, int width, int inputs, Header header, int block, Rows rows)
        implements PayloadLayout {
    /** How long a row of the layer is. */
    public enum Rows {
        /** As many lanes as there are outputs, in units of 64 bytes: nearly always. */
        PADDED,
        /** The lanes alone; seen for one output channel only. */
        COMPACT,
        /** All 64 lanes whatever the outputs: heads that Tensorizer compiles. */
        WHOLE
    }

    /** @throws IllegalArgumentException a dimension is not positive, or block does not divide the input words */
    public RowLayout {
        if (outputs < 1 || height < 1 || width < 1 || inputs < 1) {
            throw new IllegalArgumentException(
                    "kernel " + outputs + "x" + height + "x" + width + "x" + inputs + ", expected positive dimensions");
        }
        if (block < 1 || (inputs + 3) / 4 % block != 0) {
            throw new IllegalArgumentException(
                    "block of " + block + " input words, expected a divisor of " + (inputs + 3) / 4);
        }
    }

    /** Bytes from one row to the next. */
    public int rowBytes() {
        int lanes = 4 * PayloadLayout.roundUp(Math.min(LANES, outputs), 4);
        return switch (rows) {
            case PADDED -> PayloadLayout.roundUp(lanes, ALIGNMENT);
            case COMPACT -> lanes;
            case WHOLE -> 4 * LANES;
        };
    }

    /** Rows of weights of a group. */
    public int weightRows() {
        return words() * height * width;
    }

    @Override
    public int groupBytes() {
        return (header.rows() + weightRows()) * rowBytes();
    }

    @Override
    public int headerBytes() {
        return header.rows() * rowBytes();
    }

    /** Channel groups. */
    @Override
    public int groups() {
        return (outputs + LANES - 1) / LANES;
    }

    private int words() {
        return (inputs + 3) / 4;
    }

    @Override
    public int size() {
        return groups() * groupBytes();
    }

    /** Row of a weight among the weight rows of its group. */
    public int row(int y, int x, int input) {
        int word = input / 4;
        return ((word / block * height + y) * width + x) * block + word % block;
    }

    @Override
    public int offset(int output, int y, int x, int input) {
        return output / LANES * groupBytes()
                + (header.rows() + row(y, x, input)) * rowBytes()
                + 4 * (output % LANES)
                + input % 4;
    }

    @Override
    public int headerOffset(int row, int output) {
        return row < 0 ? -1 : output / LANES * groupBytes() + row * rowBytes() + 4 * (output % LANES);
    }

    @Override
    public ByteRole role(int offset) {
        int group = offset / groupBytes();
        int row = offset % groupBytes() / rowBytes();
        int lane = offset % groupBytes() % rowBytes() / 4;
        int index = offset % 4;
        int lanes = Math.min(LANES, outputs - group * LANES);
        if (lane >= lanes) {
            return lane < PayloadLayout.roundUp(lanes, 4) ? ByteRole.Padding.LANE : ByteRole.Padding.UNIT;
        }
        int output = group * LANES + lane;
        if (row < header.rows()) {
            return header.role(row, output, index);
        }
        int inBlocks = (row - header.rows()) / block;
        int tap = inBlocks % taps();
        int word = inBlocks / taps() * block + (row - header.rows()) % block;
        int input = 4 * word + index;
        return input < inputs ? new ByteRole.Weight(output, tap / width, tap % width, input) : ByteRole.Padding.INPUT;
    }

    @Override
    public void visit(WeightCells cells, RunVisitor visitor) {
        int firstBlock = cells.firstInput() / 4 / block;
        int endBlock = (cells.endInput() - 1) / 4 / block + 1;
        for (int first = cells.firstOutput(); first < cells.endOutput(); first = (first / LANES + 1) * LANES) {
            int end = Math.min(cells.endOutput(), (first / LANES + 1) * LANES);
            for (int each = firstBlock; each < endBlock; each++) {
                for (int tap = cells.firstTap(); tap < cells.endTap(); tap++) {
                    for (int word = each * block; word < (each + 1) * block; word++) {
                        int from = Math.max(cells.firstInput(), 4 * word);
                        int to = Math.min(cells.endInput(), 4 * word + 4);
                        int start = offset(first, tap / width, tap % width, 4 * word) - 4 * word;
                        for (int output = first; from < to && output < end; output++, start += 4) {
                            visitor.run(start + from, start + to);
                        }
                    }
                }
            }
        }
    }

    @Override
    public byte[] unpack(byte[] payload, int at) {
        byte[] weights = new byte[weights()];
        copy(weights, payload, at, false);
        return weights;
    }

    @Override
    public void pack(byte[] weights, byte[] payload, int at) {
        require(weights);
        copy(weights, payload, at, true);
    }

    /** Visits the payload row by row, which is how it lies in memory. */
    private void copy(byte[] weights, byte[] payload, int at, boolean write) {
        int rowBytes = rowBytes();
        int taps = height * width;
        int perOutput = taps * inputs;
        for (int group = 0; group < groups(); group++) {
            int lanes = Math.min(LANES, outputs - group * LANES);
            int first = at + group * groupBytes() + header.rows() * rowBytes;
            for (int word = 0; word < words(); word++) {
                int count = Math.min(4, inputs - 4 * word);
                for (int tap = 0; tap < taps; tap++) {
                    int from = first + ((word / block * taps + tap) * block + word % block) * rowBytes;
                    int weight = group * LANES * perOutput + tap * inputs + 4 * word;
                    for (int lane = 0; lane < lanes; lane++, from += 4, weight += perOutput) {
                        if (write) {
                            System.arraycopy(weights, weight, payload, from, count);
                        } else {
                            System.arraycopy(payload, from, weights, weight, count);
                        }
                    }
                }
            }
        }
    }

    /**
     * Lanes up to a multiple of four and input channels up to a whole word have the zero point as weight, bias 0 and the
     * scale of channel 0; the lanes beyond, in a short group of several, have the scale 1.
     */
    @Override
    public void writePadding(int zeroPoint, float[] scales, byte[] payload, int at) {
        int rowBytes = rowBytes();
        for (int group = 0; group < groups(); group++) {
            int lanes = Math.min(LANES, outputs - group * LANES);
            int padded = PayloadLayout.roundUp(lanes, 4);
            int start = at + group * groupBytes();
            for (int row = header.rows(); row < header.rows() + weightRows(); row++) {
                int from = start + row * rowBytes;
                Arrays.fill(payload, from, from + 4 * padded, (byte) zeroPoint);
            }
            int whole = outputs > LANES ? rowBytes / 4 : padded;
            for (int lane = lanes; lane < whole; lane++) {
                if (header.scales()) {
                    float scale = lane < padded ? scales[0] : 1;
                    Words.set(payload, start + header.scaleRow() * rowBytes + 4 * lane, Float.floatToRawIntBits(scale));
                }
                if (header.zeroPoints() && lane < padded) {
                    Words.set(payload, start + header.zeroPointRow() * rowBytes + 4 * lane, Header.ZERO_POINT);
                }
            }
        }
    }
}
