package org.tensorizer.layout;

/** What a byte of a payload means. Each byte has one role. */
public sealed interface ByteRole {

    /**
     * The weight W[out][ky][kx][in], the whole of it.
     *
     * @param out output channel
     * @param ky row of the kernel
     * @param kx column of the kernel
     * @param in input channel
     */
    record Weight(int out, int ky, int kx, int in) implements ByteRole {
        /** W[out][in] of a 1x1 kernel. */
        public Weight(int out, int in) {
            this(out, 0, 0, in);
        }
    }

    /**
     * A byte of the float32 that turns the accumulator of an output channel into its output.
     *
     * @param out output channel
     * @param index 0 (lowest) to 3: little-endian
     */
    record Scale(int out, int index) implements ByteRole {}

    /**
     * A byte of the int32 that is added to the accumulator of an output channel.
     *
     * @param out output channel
     * @param index 0 (lowest) to 3: little-endian
     */
    record Bias(int out, int index) implements ByteRole {}

    /**
     * A byte of the uint32 that is taken from each stored weight of an output channel; 128 in all models seen.
     *
     * @param out output channel
     * @param index 0 (lowest) to 3: little-endian
     */
    record ZeroPoint(int out, int index) implements ByteRole {}

    /** What a recovery from answers says of a byte that none of its questions gave a meaning. */
    enum Recovered implements ByteRole {
        /** Changing it changed no output. */
        UNUSED,
        /** No experiment decided what it is. */
        UNKNOWN
    }

    /** Bytes that fill rows up. What the compiler writes there is said with each; nothing is known to depend on it. */
    enum Padding implements ByteRole {
        /** Inputs added to reach a multiple of four: weight 0, which is stored as 128. */
        INPUT,
        /**
         * Output channels added to reach a multiple of four: stored weight and zero point 128, bias 0, scale of output
         * channel 0.
         */
        LANE,
        /**
         * The rest of a row. Rows are as wide as the layer's first group needs, in units of 64 bytes: 0, but 1.0 in
         * place of scales if the layer has several groups.
         */
        UNIT
    }
}
