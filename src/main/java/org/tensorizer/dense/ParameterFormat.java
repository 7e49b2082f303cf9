package org.tensorizer.dense;

/**
 * What a Dense payload holds beside the weights. The number is the executable's own (tensor op, bits 2093 and 2094:
 * bit 0 = bias, bit 1 = per-channel); source: compiled models with their sources, byte-exact.
 */
public enum ParameterFormat {
    PER_TENSOR,
    PER_TENSOR_BIAS,
    PER_CHANNEL,
    PER_CHANNEL_BIAS;

    public static ParameterFormat of(int code) {
        if (code < 0 || code > 3) {
            throw new IllegalArgumentException("parameter format " + code + ", expected 0..3");
        }
        return values()[code];
    }

    public static ParameterFormat of(boolean perChannel, boolean bias) {
        return of((perChannel ? 2 : 0) + (bias ? 1 : 0));
    }

    public int code() {
        return ordinal();
    }

    public boolean hasBias() {
        return (code() & 1) != 0;
    }

    public boolean isPerChannel() {
        return (code() & 2) != 0;
    }

    /** Rows in front of the weights of each group of 64 output channels: scale, bias, zero point, those that exist. */
    public int headerRows() {
        return code();
    }
}
