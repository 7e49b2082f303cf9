package org.tensorizer.gemm;

import java.util.Arrays;
import java.util.function.LongConsumer;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.compiler.RowImage;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.model.TensorType;

/**
 * The exact int32 product of two int8 matrices by convolutions whose outputs have 8 bits: every bit of A is a row of its
 * own, every bit of W an output channel, and 255 inputs at a time can count no higher than a byte holds.
 *
 * <p>A[m][k] = sum of a_i 2^i, the top bit negative, and W alike; the chip counts a_i w_j over k, the host adds up. One
 * thread at a time.
 */
public final class ExactRows {
    private static final int BITS = 8;

    /** Ones that a byte can count. */
    private static final int MOST_ONES = 255;

    /** Outputs of one program, so that bits and blocks of inputs stay within a thousand channels. */
    private static final int CHANNELS = 1024;

    /** More products of int8 may not fit 32 bits. */
    private static final int MOST_INPUTS = 131_071;

    private final Device device;

    public ExactRows(Device device) {
        this.device = device;
    }

    /** The plan of the convolutions behind a product. */
    public static RowPlan plan(long rows, int inputs, int outputs) {
        int blocks = blocks(inputs);
        int some = Math.min(outputs, outputsAtOnce(blocks));
        RowPlan one = RowPlan.of(BITS * rows, inputs, BITS * blocks * some);
        return new RowPlan(BITS * rows, inputs, BITS * blocks * outputs, one.image(), BITS * blocks * some);
    }

    private static int blocks(int inputs) {
        return (inputs + MOST_ONES - 1) / MOST_ONES;
    }

    private static int outputsAtOnce(int blocks) {
        return Math.max(1, CHANNELS / (BITS * blocks));
    }

    /**
     * A W^T.
     *
     * @param a A[m][k]
     * @param w W[n][k]
     * @param progress told the number of inferences done
     * @return C[m][n]
     * @throws BadInputException different k, or more than 131,071
     * @throws org.tensorizer.device.DeviceFault the device failed
     */
    public IntMatrix multiply(ByteMatrix a, ByteMatrix w, LongConsumer progress) {
        if (a.columns() != w.columns() || a.columns() > MOST_INPUTS) {
            throw new BadInputException("A of " + a + " and W of " + w + ": expected the same K, up to " + MOST_INPUTS);
        }
        RowPlan plan = plan(a.rows(), a.columns(), w.rows());
        int blocks = blocks(a.columns());
        int some = plan.outputsPerProgram() / (BITS * blocks);
        int[] product = new int[Math.multiplyExact(a.rows(), w.rows())];
        long done = 0;
        for (int first = 0; first < w.rows(); first += some) {
            byte[] model = model(plan.image(), w, first, Math.min(some, w.rows() - first), blocks);
            try (Session session = device.open("rows", model)) {
                int channels = BITS * blocks * Math.min(some, w.rows() - first);
                for (long row = 0;
                        row < BITS * (long) a.rows();
                        row += plan.image().rows()) {
                    byte[] counts = session.run(bits(a, row, plan.image().rows()));
                    add(counts, channels, blocks, row, first, product, a.rows(), w.rows());
                    progress.accept(++done);
                }
            }
        }
        return IntMatrix.of(a.rows(), w.rows(), product);
    }

    /** Rows of bits: row 8 m + i has bit i of A[m]. */
    private static byte[] bits(ByteMatrix a, long first, int rows) {
        int inputs = a.columns();
        int channels = (inputs + 3) / 4 * 4;
        byte[] image = new byte[rows * channels];
        for (int r = 0; r < rows && first + r < BITS * (long) a.rows(); r++) {
            int m = (int) ((first + r) / BITS);
            int bit = (int) ((first + r) % BITS);
            for (int k = 0; k < inputs; k++) {
                image[r * channels + k] = (byte) (a.values()[m * inputs + k] >> bit & 1);
            }
        }
        return image;
    }

    private static int worth(int bit) {
        return bit == BITS - 1 ? -(1 << bit) : 1 << bit;
    }

    private static void add(
            byte[] counts,
            int channels,
            int blocks,
            long first,
            int firstOutput,
            int[] product,
            int rows,
            int outputs) {
        int some = channels / (BITS * blocks);
        for (int r = 0; r * channels < counts.length && first + r < BITS * (long) rows; r++) {
            int m = (int) ((first + r) / BITS);
            int row = worth((int) ((first + r) % BITS));
            for (int n = 0; n < some; n++) {
                int sum = 0;
                for (int bit = 0; bit < BITS; bit++) {
                    int ones = 0;
                    for (int block = 0; block < blocks; block++) {
                        ones += counts[r * channels + (n * BITS + bit) * blocks + block] & 0xff;
                    }
                    sum += worth(bit) * ones;
                }
                product[m * outputs + firstOutput + n] += row * sum;
            }
        }
    }

    /** Output channel (n, bit, block) counts in its block of inputs alone. */
    private static byte[] model(RowImage image, ByteMatrix w, int first, int count, int blocks) {
        int inputs = w.columns();
        int channels = (inputs + 3) / 4 * 4;
        int outputs = count * BITS * blocks;
        byte[] weights = new byte[Math.multiplyExact(outputs, channels)];
        for (int out = 0; out < outputs; out++) {
            int block = out % blocks;
            int bit = out / blocks % BITS;
            int n = first + out / (blocks * BITS);
            int end = Math.min(inputs, MOST_ONES * (block + 1));
            for (int k = MOST_ONES * block; k < end; k++) {
                weights[out * channels + k] = (byte) (w.values()[n * inputs + k] >> bit & 1);
            }
        }
        Convolution layer = new Convolution(
                outputs,
                Window.POINT,
                false,
                ParameterFormat.PER_TENSOR_BIAS,
                Activation.NONE,
                new Quantization(1, 0, 1, 0, 1, 0));
        ConvolutionPayload.Numbers numbers = new ConvolutionPayload.Numbers(weights, new int[outputs], new float[0]);
        return new ConvolutionModel(image.height(), image.width(), channels, layer, numbers, TensorType.UINT8)
                .compiled();
    }

    /**
     * A real product: both matrices are quantized to int8, A with one scale, W with one for each output, and multiplied
     * exactly.
     *
     * @param product C[m][n]
     * @param bound no result is further from the real product, but for float32's own rounding
     */
    public record Real(FloatMatrix product, float bound) {}

    /**
     * A W^T of real numbers.
     *
     * @throws BadInputException a number is not finite, or different k
     */
    public Real multiply(FloatMatrix a, FloatMatrix w, LongConsumer progress) {
        float aScale = scale(a.values(), 0, a.values().length, "A");
        float[] wScales = new float[w.rows()];
        byte[] wBytes = new byte[w.values().length];
        double bound = 0;
        double most = 0;
        for (float value : a.values()) {
            most = Math.max(most, Math.abs(value));
        }
        for (int n = 0; n < w.rows(); n++) {
            wScales[n] = scale(w.values(), n * w.columns(), w.columns(), "W");
            double sum = 0;
            for (int k = 0; k < w.columns(); k++) {
                float value = w.values()[n * w.columns() + k];
                wBytes[n * w.columns() + k] = (byte) Math.round(value / wScales[n]);
                sum += Math.abs(value);
            }
            double error = aScale / 2.0 * sum
                    + wScales[n] / 2.0 * most * w.columns()
                    + aScale * wScales[n] / 4.0 * w.columns();
            bound = Math.max(bound, error);
        }
        byte[] aBytes = new byte[a.values().length];
        for (int i = 0; i < aBytes.length; i++) {
            aBytes[i] = (byte) Math.round(a.values()[i] / aScale);
        }
        IntMatrix exact = multiply(
                ByteMatrix.of(a.rows(), a.columns(), aBytes), ByteMatrix.of(w.rows(), w.columns(), wBytes), progress);
        float[] product = new float[exact.values().length];
        for (int i = 0; i < product.length; i++) {
            product[i] = exact.values()[i] * (aScale * wScales[i % w.rows()]);
        }
        return new Real(FloatMatrix.of(a.rows(), w.rows(), product), (float) bound);
    }

    private static float scale(float[] values, int from, int count, String what) {
        float most = 0;
        for (float value : Arrays.copyOfRange(values, from, from + count)) {
            if (!Float.isFinite(value)) {
                throw new BadInputException(what + " holds " + value + ", expected finite numbers");
            }
            most = Math.max(most, Math.abs(value));
        }
        return most == 0 ? 1 : most / Byte.MAX_VALUE;
    }
}
