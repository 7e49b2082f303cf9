package org.tensorizer.layout;

import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.isa.Chip;
import org.tensorizer.layout.PayloadLayout.Words;

/**
 * The values in front of each group of weights: a float32 scale, an int32 bias and a uint32 zero point per output
 * channel, as far as the format has them; all little-endian.
 *
 * <p>The scale is what an accumulator is multiplied by: f32(f32(inputScale * weightScale) * f32(1 / outputScale)).
 * Source: bit-exact in compiled models with known sources.
 *
 * <p>Payloads are given as in {@link DenseLayout}. The setters of one channel change its four bytes; those of all
 * channels also write the padding as the compiler does.
 */
public final class DenseHeader {
    private final DenseLayout layout;

    DenseHeader(DenseLayout layout) {
        this.layout = layout;
    }

    /** Whether the format has scales and zero points. */
    public boolean hasScales() {
        return rows().scales();
    }

    /** Whether the format has biases. */
    public boolean hasBias() {
        return rows().biases();
    }

    /**
     * Scale of an output channel.
     *
     * @throws BadInputException no such channel, no scales in this format, or no payload there
     */
    public float scale(byte[] payload, int at, int out) {
        return Float.intBitsToFloat(Words.get(payload, index("SCALE", rows().scaleRow(), payload, at, out)));
    }

    /** Bias of an output channel. Errors as {@link #scale}. */
    public int bias(byte[] payload, int at, int out) {
        return Words.get(payload, index("BIAS", rows().biasRow(), payload, at, out));
    }

    /** Weight zero point of an output channel, unsigned domain. Errors as {@link #scale}. */
    int zeroPoint(byte[] payload, int at, int out) {
        return Words.get(payload, index("ZERO_POINT", rows().zeroPointRow(), payload, at, out));
    }

    /** Changes the bias of an output channel. Errors as {@link #scale}. */
    public void setBias(byte[] payload, int at, int out, int bias) {
        Words.set(payload, index("BIAS", rows().biasRow(), payload, at, out), bias);
    }

    /**
     * Writes the scales of all output channels, and the padding of their rows.
     *
     * @throws BadInputException not one scale per output channel, no scales in this format, or no payload there
     */
    public void setScales(byte[] payload, int at, float[] scales) {
        requireAll(scales.length, "scales");
        int[] bits = new int[scales.length];
        for (int out = 0; out < bits.length; out++) {
            bits[out] = Float.floatToRawIntBits(scales[out]);
        }
        int rest = layout.groups() > 1 ? Float.floatToRawIntBits(1f) : 0;
        setAll("SCALE", rows().scaleRow(), payload, at, bits, bits[0], rest);
    }

    /** Writes the biases of all output channels, and the padding of their rows. Errors as {@link #setScales}. */
    public void setBiases(byte[] payload, int at, int[] biases) {
        requireAll(biases.length, "biases");
        setAll("BIAS", rows().biasRow(), payload, at, biases, 0, 0);
    }

    /** Writes one zero point for all output channels, and the padding of their rows. Errors as {@link #setScales}. */
    public void setZeroPoints(byte[] payload, int at, int zeroPoint) {
        int[] all = new int[layout.shape().outputs()];
        Arrays.fill(all, zeroPoint);
        setAll("ZERO_POINT", rows().zeroPointRow(), payload, at, all, Header.ZERO_POINT, 0);
    }

    /** Scales 1.0 and zero points 128 where the format has them, in a payload of zeros, which are its biases. */
    void reset(byte[] payload, int at) {
        if (hasScales()) {
            float[] ones = new float[layout.shape().outputs()];
            Arrays.fill(ones, 1f);
            setScales(payload, at, ones);
            setZeroPoints(payload, at, Header.ZERO_POINT);
        }
    }

    private void setAll(String name, int row, byte[] payload, int at, int[] values, int lanePadding, int unitPadding) {
        int start = index(name, row, payload, at, 0);
        int lanesPerRow = layout.rowBytes() / Chip.WORD_BYTES;
        for (int group = 0; group < layout.groups(); group++) {
            int lanes = layout.lanes(group);
            int padded = PayloadLayout.roundUp(lanes, 4);
            for (int lane = 0; lane < lanesPerRow; lane++) {
                int value = lane < lanes
                        ? values[group * DenseShape.GROUP + lane]
                        : lane < padded ? lanePadding : unitPadding;
                Words.set(payload, start + group * layout.groupBytes() + lane * Chip.WORD_BYTES, value);
            }
        }
    }

    private int index(String name, int row, byte[] payload, int at, int out) {
        layout.requirePayload(payload.length, at);
        layout.requireOutput(out);
        if (row < 0) {
            throw new BadInputException("no " + name + " row in the payload of " + layout.shape());
        }
        return at + layout.rows().headerOffset(row, out);
    }

    private Header rows() {
        return layout.rows().header();
    }

    private void requireAll(int given, String what) {
        if (given != layout.shape().outputs()) {
            throw new BadInputException(given + " " + what + ", " + layout.shape() + " takes "
                    + layout.shape().outputs());
        }
    }
}
