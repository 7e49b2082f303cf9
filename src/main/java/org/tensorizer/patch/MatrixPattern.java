package org.tensorizer.patch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.layout.PayloadLayout;

/**
 * Weights W[out][ky][kx][in] of int8, for the regions that hold weights alone; W[out][in] is a kernel of 1x1. Of a depthwise
 * layer, whose weights are W[channel][ky][kx], a pattern that speaks of inputs means the channel itself.
 */
public sealed interface MatrixPattern extends Pattern {
    /** The weight that stands for 1 in patterns of zeros and ones. */
    int ONE = 127;

    /**
     * The extent of the weights W[out][ky][kx][in] of a layer.
     *
     * @param outputs output channels
     * @param height rows of the kernel, 1 of a Dense layer
     * @param width columns of the kernel
     * @param inputs input channels that an output channel reads: 1 if depthwise
     * @param depthwise whether output channel c reads input channel c alone
     */
    record KernelShape(int outputs, int height, int width, int inputs, boolean depthwise) {
        /** A Dense layer. */
        static KernelShape of(DenseShape shape) {
            return new KernelShape(shape.outputs(), 1, 1, shape.inputs(), false);
        }

        static KernelShape of(PatchedLayer layer) {
            PayloadLayout layout = layer.layout();
            return new KernelShape(
                    layout.outputs(), layout.height(), layout.width(), layout.inputs(), layer.isDepthwise());
        }

        int taps() {
            return height * width;
        }

        /** The tap that an output pixel has its own pixel under, in a layer of stride 1 that keeps the image's size. */
        int middle() {
            return (height - 1) / 2 * width + (width - 1) / 2;
        }

        /** Input channels of the layer. */
        int channels() {
            return depthwise ? outputs : inputs;
        }

        /** Such as {@code 64 x 3 x 3 x 32}, or {@code 64 x 32} of a 1x1 kernel. */
        @Override
        public String toString() {
            return outputs + (taps() == 1 ? "" : " x " + height + " x " + width) + (depthwise ? "" : " x " + inputs);
        }
    }

    /** The weights of one layer. */
    @FunctionalInterface
    interface Weights {
        /**
         * One of them, -128 to 127.
         *
         * @param out output channel
         * @param tap ky * width + kx
         * @param in input channel, 0 if depthwise
         */
        int at(int out, int tap, int in);
    }

    /**
     * The weights for a layer.
     *
     * @throws BadInputException the pattern does not fit the layer
     */
    Weights of(KernelShape shape);

    /** All weights, W[out][ky][kx][in]. Errors as {@link #of}. */
    default byte[] weights(KernelShape shape) {
        Weights weights = of(shape);
        byte[] all = new byte[Math.multiplyExact(shape.outputs() * shape.taps(), shape.inputs())];
        for (int n = 0; n < all.length; n++) {
            int row = n / shape.inputs();
            all[n] = (byte) weights.at(row / shape.taps(), row % shape.taps(), n % shape.inputs());
        }
        return all;
    }

    @Override
    default Region defaultRegion() {
        return Region.weights();
    }

    /**
     * Ones where output and input channel are the same, under one tap.
     *
     * @param ky row of the kernel, -1 for the middle
     * @param kx column of the kernel
     */
    record Identity(int ky, int kx) implements MatrixPattern {
        @Override
        public Weights of(KernelShape shape) {
            return oneEach(shape, ky < 0 ? shape.middle() : tap(this, shape, ky, kx), out -> out, out -> ONE);
        }

        @Override
        public String toString() {
            return "identity" + (ky < 0 ? "" : ":" + ky + "," + kx);
        }
    }

    /** A ramp from -128 to 127, again and again, where output and input channel are the same. */
    record Diagonal() implements MatrixPattern {
        @Override
        public Weights of(KernelShape shape) {
            return oneEach(shape, shape.middle(), out -> out, out -> out % 256 - 128);
        }

        @Override
        public String toString() {
            return "diagonal";
        }
    }

    /**
     * Ones beside the diagonal, around the end.
     *
     * @param by how far
     */
    record Shift(int by) implements MatrixPattern {
        @Override
        public Weights of(KernelShape shape) {
            requireMixing(this, shape);
            return oneEach(
                    shape,
                    shape.middle(),
                    out -> (int) Math.floorMod((long) out + by, (long) shape.inputs()),
                    out -> ONE);
        }

        @Override
        public String toString() {
            return "shift" + (by < 0 ? "" : "+") + by;
        }
    }

    /**
     * Inputs in random order.
     *
     * @param seed of the order
     */
    record Permutation(long seed) implements MatrixPattern {
        @Override
        public Weights of(KernelShape shape) {
            requireMixing(this, shape);
            List<Integer> order =
                    IntStream.range(0, shape.inputs()).boxed().collect(Collectors.toCollection(ArrayList::new));
            Collections.shuffle(order, new Random(seed));
            return oneEach(shape, shape.middle(), out -> order.get(out % shape.inputs()), out -> ONE);
        }

        @Override
        public String toString() {
            return "permutation:" + seed;
        }
    }

    /**
     * One weight alone.
     *
     * @param out output channel
     * @param ky row of the kernel, -1 if the kernel must be 1x1
     * @param kx column of the kernel
     * @param in input channel
     * @param value -128 to 127
     */
    record SingleHot(int out, int ky, int kx, int in, int value) implements MatrixPattern {
        public SingleHot {
            requireWeight(value);
        }

        @Override
        public Weights of(KernelShape shape) {
            boolean whole = ky >= 0 || shape.taps() == 1;
            if (!whole || out < 0 || out >= shape.outputs() || in < 0 || in >= shape.channels()) {
                throw new BadInputException(this + ": expected "
                        + (whole ? "indices below " + shape : "single-hot:OUT,KY,KX,IN,VALUE in a kernel of " + shape));
            }
            int tap = ky < 0 ? 0 : MatrixPattern.tap(this, shape, ky, kx);
            return oneEach(shape, tap, row -> row == out ? in : -1, row -> value);
        }

        @Override
        public String toString() {
            return "single-hot:" + out + (ky < 0 ? "" : "," + ky + "," + kx) + "," + in + "," + value;
        }
    }

    /**
     * The same weight everywhere.
     *
     * @param value -128 to 127
     */
    record Constant(int value) implements MatrixPattern {
        public Constant {
            requireWeight(value);
        }

        @Override
        public Weights of(KernelShape shape) {
            return (out, tap, in) -> value;
        }

        @Override
        public String toString() {
            return "constant:" + value;
        }
    }

    /** A matrix that somebody gave. */
    final class Given implements MatrixPattern {
        private final byte[] matrix;

        Given(byte[] matrix) {
            this.matrix = matrix.clone();
        }

        @Override
        public Weights of(KernelShape shape) {
            int taps = shape.taps();
            int inputs = shape.inputs();
            if (matrix.length != (long) shape.outputs() * taps * inputs) {
                throw new BadInputException("matrix of " + matrix.length + " weights, the layer takes " + shape);
            }
            return (out, tap, in) -> matrix[(out * taps + tap) * inputs + in];
        }

        @Override
        public String toString() {
            return "matrix (" + matrix.length + " weights, SHA-256 " + Sha256.of(matrix) + ")";
        }
    }

    private static Weights oneEach(KernelShape shape, int middle, IntUnaryOperator input, IntUnaryOperator value) {
        boolean depthwise = shape.depthwise();
        return (out, tap, in) ->
                tap == middle && input.applyAsInt(out) == (depthwise ? out : in) ? value.applyAsInt(out) : 0;
    }

    private static int tap(MatrixPattern pattern, KernelShape shape, int ky, int kx) {
        if (ky >= shape.height() || kx >= shape.width()) {
            throw new BadInputException(
                    pattern + ": expected a tap of a kernel of " + shape.height() + "x" + shape.width());
        }
        return ky * shape.width() + kx;
    }

    private static void requireMixing(MatrixPattern pattern, KernelShape shape) {
        if (shape.depthwise()) {
            throw new BadInputException(pattern + ": an output channel of a depthwise layer reads its own input channel"
                    + " alone, expected identity, diagonal, single-hot, constant or matrix");
        }
    }

    private static void requireWeight(int value) {
        if (value < Byte.MIN_VALUE || value > Byte.MAX_VALUE) {
            throw new BadInputException("weight " + value + ", expected -128 to 127");
        }
    }
}
