package org.tensorizer.patch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.layout.WeightBlock;

/** Weights W[out][in] of int8, for the regions that hold weights alone. */
public sealed interface MatrixPattern extends Pattern {
    /** The weight that stands for 1 in patterns of zeros and ones. */
    int ONE = 127;

    /**
     * A part of the matrix.
     *
     * @param shape of the layer
     * @param block which part
     * @return row-major, {@code block.outs() * block.ins()} weights
     * @throws BadInputException the pattern does not fit the layer
     */
    byte[] weights(DenseShape shape, WeightBlock block);

    /** The whole matrix, W[out][in] row-major. */
    default byte[] weights(DenseShape shape) {
        return weights(shape, new WeightBlock(0, 0, shape.outputs(), shape.inputs()));
    }

    @Override
    default Region defaultRegion() {
        return Region.weights();
    }

    /** Ones on the diagonal. */
    record Identity() implements MatrixPattern {
        @Override
        public byte[] weights(DenseShape shape, WeightBlock block) {
            return oneEach(block, out -> out, out -> ONE);
        }

        @Override
        public String toString() {
            return "identity";
        }
    }

    /** A ramp from -128 to 127, again and again, on the diagonal. */
    record Diagonal() implements MatrixPattern {
        @Override
        public byte[] weights(DenseShape shape, WeightBlock block) {
            return oneEach(block, out -> out, out -> out % 256 - 128);
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
        public byte[] weights(DenseShape shape, WeightBlock block) {
            return oneEach(block, out -> (int) Math.floorMod((long) out + by, (long) shape.inputs()), out -> ONE);
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
        public byte[] weights(DenseShape shape, WeightBlock block) {
            List<Integer> order =
                    IntStream.range(0, shape.inputs()).boxed().collect(Collectors.toCollection(ArrayList::new));
            Collections.shuffle(order, new Random(seed));
            return oneEach(block, out -> order.get(out % shape.inputs()), out -> ONE);
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
     * @param in input channel
     * @param value -128 to 127
     */
    record SingleHot(int out, int in, int value) implements MatrixPattern {
        public SingleHot {
            requireWeight(value);
        }

        @Override
        public byte[] weights(DenseShape shape, WeightBlock block) {
            if (out < 0 || out >= shape.outputs() || in < 0 || in >= shape.inputs()) {
                throw new BadInputException(this + ": " + shape + " has W[0.." + (shape.outputs() - 1) + "][0.."
                        + (shape.inputs() - 1) + "]");
            }
            return oneEach(block, row -> row == out ? in : -1, row -> value);
        }

        @Override
        public String toString() {
            return "single-hot:" + out + "," + in + "," + value;
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
        public byte[] weights(DenseShape shape, WeightBlock block) {
            byte[] weights = new byte[block.size()];
            Arrays.fill(weights, (byte) value);
            return weights;
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
        public byte[] weights(DenseShape shape, WeightBlock block) {
            if (matrix.length != (long) shape.outputs() * shape.inputs()) {
                throw new BadInputException("matrix of " + matrix.length + " weights, " + shape + " takes "
                        + shape.outputs() + " x " + shape.inputs());
            }
            byte[] weights = new byte[block.size()];
            for (int row = 0; row < block.outs(); row++) {
                int from = (block.out() + row) * shape.inputs() + block.in();
                System.arraycopy(matrix, from, weights, row * block.ins(), block.ins());
            }
            return weights;
        }

        @Override
        public String toString() {
            return "matrix (" + matrix.length + " weights, SHA-256 " + Sha256.of(matrix) + ")";
        }
    }

    private static byte[] oneEach(WeightBlock block, IntUnaryOperator input, IntUnaryOperator value) {
        byte[] weights = new byte[block.size()];
        for (int row = 0; row < block.outs(); row++) {
            int column = input.applyAsInt(block.out() + row) - block.in();
            if (column >= 0 && column < block.ins()) {
                weights[row * block.ins() + column] = (byte) value.applyAsInt(block.out() + row);
            }
        }
        return weights;
    }

    private static void requireWeight(int value) {
        if (value < Byte.MIN_VALUE || value > Byte.MAX_VALUE) {
            throw new BadInputException("weight " + value + ", expected -128 to 127");
        }
    }
}
