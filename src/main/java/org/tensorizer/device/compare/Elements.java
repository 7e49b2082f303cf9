package org.tensorizer.device.compare;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntToDoubleFunction;

/** Raw bytes of a tensor as numbers, little-endian. Types it does not know are unsigned bytes. */
final class Elements {
    private final int count;
    private final IntToDoubleFunction value;

    private Elements(int count, IntToDoubleFunction value) {
        this.count = count;
        this.value = value;
    }

    /** @param type TFLite's name, as in {@link org.tensorizer.device.TensorSpec#type} */
    static Elements of(String type, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case "INT8" -> new Elements(bytes.length, i -> bytes[i]);
            case "INT16" -> new Elements(bytes.length / 2, i -> buffer.getShort(2 * i));
            case "INT32" -> new Elements(bytes.length / 4, i -> buffer.getInt(4 * i));
            case "FLOAT32" -> new Elements(bytes.length / 4, i -> buffer.getFloat(4 * i));
            default -> new Elements(bytes.length, i -> bytes[i] & 0xff);
        };
    }

    int count() {
        return count;
    }

    double value(int index) {
        return value.applyAsDouble(index);
    }

    /** 0 where both are the same number, or both none; infinite where one is none. */
    double distance(Elements other, int index) {
        double a = value(index);
        double b = other.value(index);
        if (a == b || (Double.isNaN(a) && Double.isNaN(b))) {
            return 0;
        }
        double distance = Math.abs(a - b);
        return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
    }
}
