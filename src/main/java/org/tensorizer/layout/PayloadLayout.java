package org.tensorizer.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.tensorizer.isa.Chip;

/**
 * The bytes of one layer, from its first to its last. Weights are handed in and out as chip bytes (an int8 weight XOR
 * 0x80, or an uint8 weight), in the order W[out][ky][kx][in]; a depthwise layer has one input, so its order is
 * W[channel][ky][kx].
 *
 * <p>Implementations are immutable and safe for many threads as long as no two of them write to the same array.
 */
public sealed interface PayloadLayout permits RowLayout, BlockLayout {
    /** Outputs of a channel group: lanes of a row of wide memory. */
    int LANES = Chip.LANES;

    /** Layers start on multiples of this many bytes. */
    int ALIGNMENT = Chip.PARAMETER_UNIT_BYTES;

    /** Output channels. */
    int outputs();

    /** Rows of the kernel. */
    int height();

    /** Columns of the kernel. */
    int width();

    /** Input channels that one output channel reads: 1 if depthwise. */
    int inputs();

    Header header();

    /** Bytes of the layer, header and padding included. */
    int size();

    /** Offset of a weight from the layer's start; not checked. */
    int offset(int output, int y, int x, int input);

    /**
     * What a byte of the layer means.
     *
     * @param offset from the layer's start, below {@link #size()}
     */
    ByteRole role(int offset);

    /**
     * Walks over weights in ascending order of their offsets.
     *
     * @param cells inside this layer
     */
    void visit(WeightCells cells, RunVisitor visitor);

    /** Gets bytes that follow each other: first one and one past the last, from the layer's start. */
    @FunctionalInterface
    interface RunVisitor {
        void run(int start, int end);
    }

    /** Blocks that each begin with header rows. */
    int groups();

    /** Bytes of a whole block. */
    int groupBytes();

    /** Bytes of the header rows of a block, 0 if there are none. */
    int headerBytes();

    /** Taps of the kernel. */
    default int taps() {
        return height() * width();
    }

    /** Offset of a word of a header row, -1 if the layer has no such row. */
    int headerOffset(int row, int output);

    /** Offset of the int32 bias of an output channel, -1 if there is none. */
    default int biasOffset(int output) {
        return headerOffset(header().biasRow(), output);
    }

    /** Offset of the float32 scale of an output channel, -1 if there is none. */
    default int scaleOffset(int output) {
        return headerOffset(header().scaleRow(), output);
    }

    /** Offset of the zero point of an output channel, -1 if there is none. */
    default int zeroPointOffset(int output) {
        return headerOffset(header().zeroPointRow(), output);
    }

    /** Number of weights: outputs * height * width * inputs. */
    default int weights() {
        return outputs() * height() * width() * inputs();
    }

    /**
     * Reads all weights.
     *
     * @param payload holds the layer
     * @param at index of the layer's first byte
     * @return chip bytes, W[out][ky][kx][in]
     */
    byte[] unpack(byte[] payload, int at);

    /**
     * Writes all weights. Nothing else is touched: neither header nor padding.
     *
     * @param weights chip bytes, W[out][ky][kx][in]
     * @throws IllegalArgumentException their number is wrong
     */
    void pack(byte[] weights, byte[] payload, int at);

    /**
     * Writes the whole layer as a compiler would: header, weights, and the padding, which depends on both.
     *
     * @param weights chip bytes, W[out][ky][kx][in]
     * @param zeroPoint of the weights, as a chip byte; fills weights that do not exist
     * @param biases one for each output channel; not read if the layer has none
     * @param scales one for each output channel; not read if the layer has none
     */
    default void write(byte[] weights, int zeroPoint, int[] biases, float[] scales, byte[] payload, int at) {
        Arrays.fill(payload, at, at + size(), (byte) 0);
        writePadding(zeroPoint, scales, payload, at);
        pack(weights, payload, at);
        for (int output = 0; output < outputs(); output++) {
            if (header().biases()) {
                Words.set(payload, at + biasOffset(output), biases[output]);
            }
            if (header().scales()) {
                Words.set(payload, at + scaleOffset(output), Float.floatToRawIntBits(scales[output]));
            }
            if (header().zeroPoints()) {
                Words.set(payload, at + zeroPointOffset(output), Header.ZERO_POINT);
            }
        }
    }

    /** Writes everything that belongs to no output channel or no input channel. */
    void writePadding(int zeroPoint, float[] scales, byte[] payload, int at);

    /** @throws IllegalArgumentException the number of weights is wrong */
    default void require(byte[] weights) {
        if (weights.length != weights()) {
            throw new IllegalArgumentException(weights() + " weights expected, found " + weights.length);
        }
    }

    /** Rounds up to a multiple. */
    static int roundUp(int n, int multiple) {
        return (n + multiple - 1) / multiple * multiple;
    }

    /** Little-endian words in a byte array. */
    final class Words {
        private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

        private Words() {}

        public static int get(byte[] bytes, int at) {
            return (int) INT.get(bytes, at);
        }

        public static void set(byte[] bytes, int at, int value) {
            INT.set(bytes, at, value);
        }
    }
}
