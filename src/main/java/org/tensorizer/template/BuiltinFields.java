package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.List;
import org.tensorizer.model.OperatorOptions.FusedActivation;

/**
 * Options of a builtin operator that is written: the fields of one table of TFLite's union. Source of union numbers and
 * slots: TFLite's public schema, version 3.
 *
 * @param union number of the table, 0 for no options
 * @param values of the slots from 0 on: Byte, Integer, Float or Boolean
 */
public record BuiltinFields(int union, List<Object> values) {
    /** No options. */
    public static final BuiltinFields NONE = new BuiltinFields(0, List.of());

    /**
     * How a window is moved over an image.
     *
     * @param same padding SAME, else VALID
     */
    public record Steps(boolean same, int strideX, int strideY, int dilationX, int dilationY) {
        /** The same stride both ways, no dilation. */
        public static Steps of(boolean same, int stride) {
            return new Steps(same, stride, stride, 1, 1);
        }

        private byte padding() {
            return (byte) (same ? 0 : 1);
        }
    }

    /** CONV_2D. */
    public static BuiltinFields convolution(Steps s, FusedActivation fused) {
        return of(1, s.padding(), s.strideX, s.strideY, code(fused), s.dilationX, s.dilationY);
    }

    /** DEPTHWISE_CONV_2D of multiplier 1. */
    public static BuiltinFields depthwise(Steps s, FusedActivation fused) {
        return of(2, s.padding(), s.strideX, s.strideY, 1, code(fused), s.dilationX, s.dilationY);
    }

    /** MAX_POOL_2D or AVERAGE_POOL_2D; they know no dilation. */
    public static BuiltinFields pool(Steps s, int width, int height, FusedActivation fused) {
        return of(5, s.padding(), s.strideX, s.strideY, width, height, code(fused));
    }

    /** FULLY_CONNECTED. */
    public static BuiltinFields fullyConnected(FusedActivation fused) {
        return of(8, code(fused));
    }

    /** SOFTMAX. */
    public static BuiltinFields softmax(float beta) {
        return of(9, beta);
    }

    /** CONCATENATION. */
    public static BuiltinFields concatenation(int axis) {
        return of(10, axis, code(FusedActivation.NONE));
    }

    /** ADD. */
    public static BuiltinFields add(FusedActivation fused) {
        return of(11, code(fused));
    }

    /** RESIZE_BILINEAR with half-pixel centers; slots 0 and 1 are no longer used. */
    public static BuiltinFields resizeBilinear() {
        return of(15, 0, 0, false, true);
    }

    /** RESIZE_NEAREST_NEIGHBOR with half-pixel centers. */
    public static BuiltinFields resizeNearest() {
        return of(74, false, true);
    }

    /** MUL. */
    public static BuiltinFields multiply(FusedActivation fused) {
        return of(21, code(fused));
    }

    /** PAD. */
    public static BuiltinFields pad() {
        return of(22);
    }

    /** MEAN that keeps the dimensions it reduces, of length 1. */
    public static BuiltinFields mean() {
        return of(27, true);
    }

    private static BuiltinFields of(int union, Object... values) {
        return new BuiltinFields(union, List.of(values));
    }

    private static byte code(FusedActivation fused) {
        return (byte) fused.ordinal();
    }

    /** @return the table, 0 for no options; zeros and false are left out */
    int write(FlatBufferBuilder b) {
        if (union == 0) {
            return 0;
        }
        b.startTable(values.size());
        for (int slot = 0; slot < values.size(); slot++) {
            Object value = values.get(slot);
            if (value instanceof Integer number) {
                b.addInt(slot, number, 0);
            } else if (value instanceof Byte number) {
                b.addByte(slot, number, 0);
            } else if (value instanceof Boolean flag) {
                b.addBoolean(slot, flag, false);
            } else if (value instanceof Float number) {
                b.addFloat(slot, number, 0);
            } else {
                throw new IllegalArgumentException("slot " + slot + " of table " + union + ": " + value);
            }
        }
        return b.endTable();
    }
}
