package org.tensorizer.experiments;

import org.tensorizer.network.graph.GraphTensor.Shape;

/**
 * What layers of a quantized network compute on the chip, from their definition: sums of products in whole numbers, then
 * bias, multiplier and clamps in float32, rounded half to even. It knows nothing of tiles, memories or instructions. Images
 * are unsigned bytes as ints, in the order y, x, channel.
 */
final class LayerArithmetic {
    private LayerArithmetic() {}

    /**
     * From a sum to a stored byte.
     *
     * @param zero of the output
     */
    record Output(float min, float max, int zero) {
        int stored(long sum, float multiplier) {
            int limited = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, sum));
            float value = (float) limited * multiplier;
            value = value >= min ? value : min; // of NaN the smallest
            return (int) Math.rint(Math.min(value, max)) + zero;
        }
    }

    /**
     * A kernel on an image.
     *
     * @param top rows that it begins above the image
     * @param left columns that it begins left of it
     */
    record Window(int height, int width, int strideY, int strideX, int dilationY, int dilationX, int top, int left) {
        /** All of an image at once. */
        static Window whole(Shape image) {
            return new Window(image.height(), image.width(), 1, 1, 1, 1, 0, 0);
        }

        /** Laid on an image so that it stays within it, or centred on every stride-th pixel as TFLite's SAME. */
        static Window of(Shape in, Shape out, boolean same, int height, int width, int[] strides, int[] dilations) {
            return new Window(
                    height,
                    width,
                    strides[0],
                    strides[1],
                    dilations[0],
                    dilations[1],
                    same ? before(in.height(), out.height(), height, strides[0], dilations[0]) : 0,
                    same ? before(in.width(), out.width(), width, strides[1], dilations[1]) : 0);
        }

        private static int before(int in, int out, int kernel, int stride, int dilation) {
            return Math.max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - in) / 2;
        }
    }

    /**
     * Numbers of a layer.
     *
     * @param depthwise whether each channel has a kernel of its own
     * @param weights unsigned, W[out][ky][kx][in], of a depthwise layer W[channel][ky][kx]
     * @param weightZero their zero point
     * @param inputZero of the activations
     * @param multipliers of each output channel, from sum to output steps
     */
    record Weights(
            boolean depthwise, byte[] weights, int weightZero, int inputZero, int[] biases, float[] multipliers) {}

    static int[] layer(Shape in, int[] image, Shape out, Window window, Weights numbers, Output output) {
        int taps = window.height() * window.width();
        int channels = in.channels();
        int perOutput = numbers.depthwise() ? taps : taps * channels;
        int[] weights = new int[numbers.weights().length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (numbers.weights()[i] & 0xff) - numbers.weightZero();
        }
        int[] result = new int[out.elements()];
        int[] seen = new int[taps * channels];
        for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++) {
                gather(in, image, window, y, x, numbers.inputZero(), seen);
                for (int c = 0; c < out.channels(); c++) {
                    int sum = numbers.depthwise()
                            ? strided(weights, c * perOutput, seen, c, channels, taps)
                            : product(weights, c * perOutput, seen, perOutput);
                    result[(y * out.width() + x) * out.channels() + c] =
                            output.stored((long) sum + numbers.biases()[c], numbers.multipliers()[c]);
                }
            }
        }
        return result;
    }

    /** What a window sees, less the zero point; 0 beyond the border. */
    private static void gather(Shape in, int[] image, Window window, int y, int x, int zero, int[] seen) {
        int at = 0;
        for (int ky = 0; ky < window.height(); ky++) {
            for (int kx = 0; kx < window.width(); kx++) {
                int row = y * window.strideY() - window.top() + ky * window.dilationY();
                int column = x * window.strideX() - window.left() + kx * window.dilationX();
                boolean inside = row >= 0 && row < in.height() && column >= 0 && column < in.width();
                int from = (row * in.width() + column) * in.channels();
                for (int c = 0; c < in.channels(); c++) {
                    seen[at++] = inside ? image[from + c] - zero : 0;
                }
            }
        }
    }

    private static int product(int[] weights, int first, int[] seen, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[first + i] * seen[i];
        }
        return sum;
    }

    private static int strided(int[] weights, int first, int[] seen, int channel, int channels, int taps) {
        int sum = 0;
        for (int tap = 0; tap < taps; tap++) {
            sum += weights[first + tap] * seen[tap * channels + channel];
        }
        return sum;
    }

    /** Average over windows that lie within the image: the sum times a multiplier that holds the division. */
    static int[] average(
            Shape in, int[] image, Shape out, Window window, int inputZero, float multiplier, Output output) {
        int[] result = new int[out.elements()];
        int[] seen = new int[window.height() * window.width() * in.channels()];
        for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++) {
                gather(in, image, window, y, x, inputZero, seen);
                for (int c = 0; c < in.channels(); c++) {
                    long sum = 0;
                    for (int i = c; i < seen.length; i += in.channels()) {
                        sum += seen[i];
                    }
                    result[(y * out.width() + x) * in.channels() + c] = output.stored(sum, multiplier);
                }
            }
        }
        return result;
    }

    /** Maximum over windows that lie within the image. */
    static int[] maximum(Shape in, int[] image, Shape out, Window window) {
        int[] result = new int[out.elements()];
        int[] seen = new int[window.height() * window.width() * in.channels()];
        for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++) {
                gather(in, image, window, y, x, 0, seen);
                for (int i = 0; i < seen.length; i++) {
                    int at = (y * out.width() + x) * in.channels() + i % in.channels();
                    result[at] = Math.max(result[at], seen[i]);
                }
            }
        }
        return result;
    }

    /** Sum of two images with a factor each. */
    static int[] add(int[] first, int a, int[] second, int b, int constant, float multiplier, Output output) {
        int[] result = new int[first.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = output.stored((long) a * first[i] + (long) b * second[i] + constant, multiplier);
        }
        return result;
    }

    /** Softmax in real numbers, which the chip computes from tables: it may be one step away. */
    static int[] softmax(int[] values, double scale, float outputScale, int outputZero) {
        int most = 0;
        for (int value : values) {
            most = Math.max(most, value);
        }
        double[] powers = new double[values.length];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            powers[i] = Math.exp((values[i] - most) * scale);
            sum += powers[i];
        }
        int[] result = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (int) Math.min(255, Math.rint(powers[i] / sum / outputScale) + outputZero);
        }
        return result;
    }
}
