package org.tensorizer.conv;

/** Integer division as plans need it. */
final class Arithmetic {
    private Arithmetic() {}

    static int ceilDiv(long value, long divisor) {
        return Math.toIntExact(-Math.floorDiv(-value, divisor));
    }

    static int roundUp(int value, int multiple) {
        return ceilDiv(value, multiple) * multiple;
    }
}
