package org.tensorizer.conv;

/** Integer division as plans need it. */
public final class Arithmetic {
    private Arithmetic() {}

    public static int ceilDiv(long value, long divisor) {
        return Math.toIntExact(-Math.floorDiv(-value, divisor));
    }

    public static int roundUp(int value, int multiple) {
        return ceilDiv(value, multiple) * multiple;
    }
}
