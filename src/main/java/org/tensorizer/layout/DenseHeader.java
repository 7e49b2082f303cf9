package org.tensorizer.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;

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
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** What a header row holds. */
    enum Row {
        SCALE,
        BIAS,
        ZERO_POINT;

        private static final Row[][] ROWS = {{}, {BIAS}, {SCALE, ZERO_POINT}, {SCALE, BIAS, ZERO_POINT}};

        /** The number of this row among the header rows of a format, -1 if it has none. */
        int in(ParameterFormat format) {
            Row[] rows = ROWS[format.code()];
            for (int n = 0; n < rows.length; n++) {
                if (rows[n] == this) {
                    return n;
                }
            }
            return -1;
        }
    }

    private final DenseLayout layout;

    DenseHeader(DenseLayout layout) {
        this.layout = layout;
    }

    /** Whether the format has scales and zero points. */
    public boolean hasScales() {
        return format().isPerChannel();
    }

    /** Whether the format has biases. */
    public boolean hasBias() {
        return format().hasBias();
    }

    /**
     * Scale of an output channel.
     *
     * @throws BadInputException no such channel, no scales in this format, or no payload there
     */
    public float scale(byte[] payload, int at, int out) {
        return Float.intBitsToFloat(get(Row.SCALE, payload, at, out));
    }

    /** Bias of an output channel. Errors as {@link #scale}. */
    public int bias(byte[] payload, int at, int out) {
        return get(Row.BIAS, payload, at, out);
    }

    /** Weight zero point of an output channel, unsigned domain. Errors as {@link #scale}. */
    public int zeroPoint(byte[] payload, int at, int out) {
        return get(Row.ZERO_POINT, payload, at, out);
    }

    /** Changes the scale of an output channel. Errors as {@link #scale}. */
    void setScale(byte[] payload, int at, int out, float scale) {
        set(Row.SCALE, payload, at, out, Float.floatToRawIntBits(scale));
    }

    /** Changes the bias of an output channel. Errors as {@link #scale}. */
    public void setBias(byte[] payload, int at, int out, int bias) {
        set(Row.BIAS, payload, at, out, bias);
    }

    /** Changes the weight zero point of an output channel. Errors as {@link #scale}. */
    void setZeroPoint(byte[] payload, int at, int out, int zeroPoint) {
        set(Row.ZERO_POINT, payload, at, out, zeroPoint);
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
        setAll(Row.SCALE, payload, at, bits, bits[0], rest);
    }

    /** Writes the biases of all output channels, and the padding of their rows. Errors as {@link #setScales}. */
    public void setBiases(byte[] payload, int at, int[] biases) {
        requireAll(biases.length, "biases");
        setAll(Row.BIAS, payload, at, biases, 0, 0);
    }

    /** Writes one zero point for all output channels, and the padding of their rows. Errors as {@link #setScales}. */
    public void setZeroPoints(byte[] payload, int at, int zeroPoint) {
        int[] all = new int[layout.shape().outputs()];
        Arrays.fill(all, zeroPoint);
        setAll(Row.ZERO_POINT, payload, at, all, WeightEncoding.ZERO, 0);
    }

    /** Scales 1.0 and zero points 128 where the format has them, in a payload of zeros, which are its biases. */
    void reset(byte[] payload, int at) {
        if (hasScales()) {
            float[] ones = new float[layout.shape().outputs()];
            Arrays.fill(ones, 1f);
            setScales(payload, at, ones);
            setZeroPoints(payload, at, WeightEncoding.ZERO);
        }
    }

    private void setAll(Row row, byte[] payload, int at, int[] values, int lanePadding, int unitPadding) {
        layout.requirePayload(payload.length, at);
        int start = start(row);
        int lanesPerRow = layout.rowBytes() / DenseLayout.LANE_BYTES;
        for (int group = 0; group < layout.groups(); group++) {
            int lanes = layout.lanes(group);
            int padded = (lanes + 3) / 4 * 4;
            for (int lane = 0; lane < lanesPerRow; lane++) {
                int value = lane < lanes
                        ? values[group * DenseShape.GROUP + lane]
                        : lane < padded ? lanePadding : unitPadding;
                INT.set(payload, at + group * layout.groupBytes() + start + lane * DenseLayout.LANE_BYTES, value);
            }
        }
    }

    private int get(Row row, byte[] payload, int at, int out) {
        return (int) INT.get(payload, index(row, payload, at, out));
    }

    private void set(Row row, byte[] payload, int at, int out, int value) {
        INT.set(payload, index(row, payload, at, out), value);
    }

    private int index(Row row, byte[] payload, int at, int out) {
        layout.requirePayload(payload.length, at);
        layout.requireOutput(out);
        return at
                + out / DenseShape.GROUP * layout.groupBytes()
                + start(row)
                + out % DenseShape.GROUP * DenseLayout.LANE_BYTES;
    }

    private int start(Row row) {
        int n = row.in(format());
        if (n < 0) {
            throw new BadInputException("no " + row + " row in the payload of " + layout.shape());
        }
        return n * layout.rowBytes();
    }

    private void requireAll(int given, String what) {
        if (given != layout.shape().outputs()) {
            throw new BadInputException(given + " " + what + ", " + layout.shape() + " takes "
                    + layout.shape().outputs());
        }
    }

    private ParameterFormat format() {
        return layout.shape().format();
    }
}
