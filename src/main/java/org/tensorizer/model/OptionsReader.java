package org.tensorizer.model;

import org.tensorizer.base.BadInputException;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;

/** Reads the options table of a builtin operator. Source of union numbers and slots: TFLite's public schema, version 3. */
final class OptionsReader {
    private OptionsReader() {}

    /**
     * @param type number of the table in the union BuiltinOptions
     * @throws BadInputException a field holds a number that the schema does not know
     */
    static OperatorOptions read(int type, FlatTable table) {
        return switch (type) {
            case 1 -> convolution(table);
            case 2 -> depthwise(table);
            case 5 -> pool(table);
            case 8 ->
                new OperatorOptions.FullyConnected(
                        activation(table, 0), table.int8(1, "weights_format"), table.bool(2, "keep_num_dims"));
            case 9 -> new OperatorOptions.Softmax(table.float32(0, "beta"));
            case 10 -> new OperatorOptions.Concatenation(table.int32(0, "axis"), activation(table, 1));
            case 11, 21, 28 -> new OperatorOptions.Arithmetic(activation(table, 0));
            case 15 -> new OperatorOptions.Resize(table.bool(2, "align_corners"), table.bool(3, "half_pixel_centers"));
            case 17 -> new OperatorOptions.Reshape(table.int32s(0, "new_shape"));
            case 27 -> new OperatorOptions.Reduction(table.bool(0, "keep_dims"));
            case 74 -> new OperatorOptions.Resize(table.bool(0, "align_corners"), table.bool(1, "half_pixel_centers"));
            default -> new OperatorOptions.Other(type);
        };
    }

    private static OperatorOptions convolution(FlatTable table) {
        return new OperatorOptions.Convolution(
                padding(table),
                table.int32(2, "stride_h"),
                table.int32(1, "stride_w"),
                table.int32(5, 1, "dilation_h_factor"),
                table.int32(4, 1, "dilation_w_factor"),
                0,
                activation(table, 3));
    }

    private static OperatorOptions depthwise(FlatTable table) {
        return new OperatorOptions.Convolution(
                padding(table),
                table.int32(2, "stride_h"),
                table.int32(1, "stride_w"),
                table.int32(6, 1, "dilation_h_factor"),
                table.int32(5, 1, "dilation_w_factor"),
                table.int32(3, "depth_multiplier"),
                activation(table, 4));
    }

    private static OperatorOptions pool(FlatTable table) {
        return new OperatorOptions.Pool(
                padding(table),
                table.int32(2, "stride_h"),
                table.int32(1, "stride_w"),
                table.int32(4, "filter_height"),
                table.int32(3, "filter_width"),
                activation(table, 5));
    }

    private static Padding padding(FlatTable table) {
        int code = table.int8(0, "padding");
        if (code != 0 && code != 1) {
            throw table.fault(0, "padding", "expected 0 (SAME) or 1 (VALID), found " + code);
        }
        return Padding.values()[code];
    }

    private static FusedActivation activation(FlatTable table, int slot) {
        int code = table.int8(slot, "fused_activation_function");
        return FusedActivation.of(code)
                .orElseThrow(() -> table.fault(
                        slot, "fused_activation_function", "expected an activation from 0 to 5, found " + code));
    }
}
