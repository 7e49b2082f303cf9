package org.tensorizer.template;

import java.util.Arrays;
import java.util.BitSet;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.PayloadLayout.Words;

/**
 * What a Dense layer must answer, by exact integer arithmetic and the chip's float32 requantization:
 *
 * <pre>
 *   acc[o] = bias[o] + sum over i of (w[o][i] - wz[o]) * (x[i] - xz)            exact, in 64 bits
 *   y[o]   = round(min(max(float32(acc[o]) * scale[o], clampMin), clampMax)) + yz
 * </pre>
 *
 * All bytes in the unsigned domain. Rounding is half to even; that the chip does not round halves away from zero instead
 * is an assumption, so an output where the two differ or could differ is flagged as a tie. Source of the formula: compiled
 * templates against TFLite's CPU kernels, all but 15 of 89,600 output bytes equal, those off by one.
 *
 * <p>Nothing here knows the payload's layout or the program. Thread safety: immutable.
 */
public final class DenseArithmetic {
    private static final int UNSIGNED = 0xff;

    private final int inputs;
    private final int outputs;
    private final int inputZeroPoint;
    private final int outputZeroPoint;
    private final float clampMin;
    private final float clampMax;
    private final Channels channels;

    /**
     * @param weights {@code W[out][in]} row-major, int8
     * @param zeroPoints stored byte of weight 0 of each output channel, 128 if symmetric
     * @param scales float32 factor from accumulator to output step of each output channel
     * @param bias of each output channel
     */
    record Channels(byte[] weights, int[] zeroPoints, float[] scales, int[] bias) {
        /**
         * The numbers of a layer from its payload.
         *
         * @param weights as {@code layout} holds them, int8
         * @param at index of the layer's first byte
         * @param multiplier of the program, with which scales of the payload are multiplied
         * @param weightZero stored byte of weight 0 where none stands in the payload
         */
        static Channels of(
                PayloadLayout layout, byte[] weights, byte[] payload, int at, float multiplier, int weightZero) {
            int outputs = layout.outputs();
            Channels channels = new Channels(weights, new int[outputs], new float[outputs], new int[outputs]);
            Header header = layout.header();
            for (int out = 0; out < outputs; out++) {
                float scale =
                        header.scales() ? Float.intBitsToFloat(Words.get(payload, at + layout.scaleOffset(out))) : 1;
                channels.scales[out] = multiplier * scale;
                channels.zeroPoints[out] =
                        header.zeroPoints() ? Words.get(payload, at + layout.zeroPointOffset(out)) : weightZero;
                channels.bias[out] = header.biases() ? Words.get(payload, at + layout.biasOffset(out)) : 0;
            }
            return channels;
        }
    }

    /**
     * @param clampMin lower limit of the scaled accumulator, before the output zero point is added
     * @param clampMax upper limit likewise
     */
    DenseArithmetic(
            int inputs, int inputZeroPoint, int outputZeroPoint, float clampMin, float clampMax, Channels channels) {
        this.inputs = inputs;
        this.outputs = channels.scales().length;
        this.inputZeroPoint = inputZeroPoint;
        this.outputZeroPoint = outputZeroPoint;
        this.clampMin = clampMin;
        this.clampMax = clampMax;
        this.channels = channels;
    }

    /** The arithmetic of a layer that is not written yet. */
    static DenseArithmetic of(DenseSpec spec) {
        DenseShape shape = spec.shape();
        Quantization q = spec.quantization();
        int[] zeroPoints = new int[shape.outputs()];
        float[] scales = new float[shape.outputs()];
        Arrays.fill(zeroPoints, q.weightZeroPoint());
        for (int out = 0; out < scales.length; out++) {
            scales[out] = Quantization.multiplier(q.inputScale(), spec.weightScale(out), q.outputScale());
        }
        int[] bias = shape.format().hasBias() ? spec.bias() : new int[shape.outputs()];
        return new DenseArithmetic(
                shape.inputs(),
                q.inputZeroPoint(),
                q.outputZeroPoint(),
                q.clampMin(shape.activation()),
                q.clampMax(shape.activation()),
                new Channels(spec.weightsInPlace(), zeroPoints, scales, bias));
    }

    /**
     * One predicted inference.
     *
     * @param output unsigned bytes, length outputs
     * @param accumulators exact, length outputs
     * @param ties output channels whose value lies exactly halfway between two integers
     * @param clipped output channels whose value a clamp cut off
     * @param unknown output channels for which no one knows what the chip does: the accumulator does not fit 32 bits, or a
     *     patched header holds a scale that is no finite number or a zero point beyond a byte
     */
    public record Prediction(byte[] output, long[] accumulators, BitSet ties, BitSet clipped, BitSet unknown) {}

    int weightZeroPoint(int out) {
        return channels.zeroPoints()[out];
    }

    /** @param input unsigned bytes, length inputs */
    public Prediction predict(byte[] input) {
        if (input.length != inputs) {
            throw new IllegalArgumentException("input of " + input.length + " bytes, expected " + inputs);
        }
        int[] x = new int[inputs];
        for (int i = 0; i < inputs; i++) {
            x[i] = (input[i] & UNSIGNED) - inputZeroPoint;
        }
        byte[] output = new byte[outputs];
        long[] accumulators = new long[outputs];
        BitSet ties = new BitSet(outputs);
        BitSet clipped = new BitSet(outputs);
        BitSet unknown = new BitSet(outputs);
        for (int out = 0; out < outputs; out++) {
            long accumulator = accumulate(out, x, 0);
            accumulators[out] = accumulator;
            float scale = channels.scales()[out];
            unknown.set(out, accumulator != (int) accumulator || !Float.isFinite(scale) || !isByte(out));
            float whole = accumulator * scale;
            float scaled = Math.min(Math.max(whole, clampMin), clampMax);
            double rounded = Math.rint(scaled);
            ties.set(out, Math.abs(scaled - rounded) == 0.5);
            clipped.set(out, isCut(whole, rounded));
            output[out] = (byte) (int) (rounded + outputZeroPoint);
        }
        return new Prediction(output, accumulators, ties, clipped, unknown);
    }

    /**
     * The output of one channel alone.
     *
     * @param steps inputs, counted from their zero point
     * @param from the first of them that the channel reads
     */
    byte answer(int out, int[] steps, int from) {
        float scaled = Math.min(Math.max(accumulate(out, steps, from) * channels.scales()[out], clampMin), clampMax);
        return (byte) (int) (Math.rint(scaled) + outputZeroPoint);
    }

    /** A clamp that is a last-bit error below its integer cuts nothing off. */
    private static boolean isCut(float whole, double rounded) {
        return Math.abs(whole - rounded) > 0.5;
    }

    private boolean isByte(int out) {
        return channels.zeroPoints()[out] == (channels.zeroPoints()[out] & UNSIGNED);
    }

    private long accumulate(int out, int[] x, int from) {
        int row = out * inputs;
        int shift = Quantization.WEIGHT_ZERO_POINT - channels.zeroPoints()[out];
        byte[] weights = channels.weights();
        long sum = channels.bias()[out];
        int start = 0;
        while (start < inputs) {
            int end = Math.min(inputs, start + 16384); // products below 2^16: an int holds that many
            int part = 0;
            for (int i = start; i < end; i++) {
                part += (weights[row + i] + shift) * x[from + i];
            }
            sum += part;
            start = end;
        }
        return sum;
    }
}
