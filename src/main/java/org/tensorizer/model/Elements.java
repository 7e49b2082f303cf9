package org.tensorizer.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.RandomAccess;

/**
 * Raw bytes of a tensor as numbers, little-endian: Long for whole numbers, Float and Double for the others. Elements of a
 * type that has no number, such as STRING or a complex one, are its bytes without sign. A view, not a copy.
 */
public final class Elements extends AbstractList<Number> implements RandomAccess {
    private final String type;
    private final int width;
    private final ByteBuffer bytes;

    private Elements(String type, byte[] bytes) {
        this.type = type;
        this.width = switch (type) {
            case "INT16", "UINT16", "FLOAT16" -> 2;
            case "INT32", "UINT32", "FLOAT32" -> 4;
            case "INT64", "UINT64", "FLOAT64" -> 8;
            default -> 1;
        };
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** @param type TFLite's name, such as {@code UINT8} or {@code FLOAT32} */
    public static Elements of(String type, byte[] bytes) {
        return new Elements(type, bytes);
    }

    @Override
    public int size() {
        return bytes.capacity() / width;
    }

    @Override
    public Number get(int index) {
        int at = Math.multiplyExact(index, width);
        return switch (type) {
            case "INT8" -> (long) bytes.get(at);
            case "INT16" -> (long) bytes.getShort(at);
            case "UINT16" -> bytes.getShort(at) & 0xffffL;
            case "INT32" -> (long) bytes.getInt(at);
            case "UINT32" -> bytes.getInt(at) & 0xffffffffL;
            case "INT64", "UINT64" -> bytes.getLong(at);
            case "FLOAT16" -> half(bytes.getShort(at));
            case "FLOAT32" -> bytes.getFloat(at);
            case "FLOAT64" -> bytes.getDouble(at);
            default -> bytes.get(at) & 0xffL;
        };
    }

    /** IEEE 754 binary16; Java has no conversion before version 20. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        float magnitude = exponent == 31
                ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN
                : exponent == 0 ? fraction * 0x1p-24f : (1024 + fraction) * (float) Math.pow(2, exponent - 25);
        return bits < 0 ? -magnitude : magnitude;
    }

    /** 0 where both are the same number, or both none; infinite where one is none. */
    public double distance(Elements other, int index) {
        double a = get(index).doubleValue();
        double b = other.get(index).doubleValue();
        if (a == b || (Double.isNaN(a) && Double.isNaN(b))) {
            return 0;
        }
        double distance = Math.abs(a - b);
        return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
    }
}
