package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a layer by the slots of {@code executable.fbs}. */
final class LayerReader {
    private static final int OUTPUT_LAYER = 1;

    private LayerReader() {}

    static Layer read(FlatTable table, boolean output) {
        int code = table.int16(6, "data_type");
        DataType type = DataType.of(code)
                .orElseThrow(() -> table.fault(6, "data_type", "expected one of the data types, found " + code));
        Optional<FlatTable> numerics = table.table(5, "numerics", "NumericsConstants");
        Optional<FlatTable> outputLayer = Byte.toUnsignedInt((byte) table.int8(7, "any_layer_type")) == OUTPUT_LAYER
                ? table.table(8, "any_layer", "OutputLayer")
                : Optional.empty();
        int y = dimension(table, 2, "y_dim");
        int x = dimension(table, 3, "x_dim");
        int z = dimension(table, 4, "z_dim");
        if ((long) y * x > Integer.MAX_VALUE || (long) y * x * z > Integer.MAX_VALUE) {
            throw table.fault(4, "z_dim", "expected y * x * z below 2^31, found " + y + " * " + x + " * " + z);
        }
        return new Layer(
                table.text(0, "name"),
                output,
                dimension(table, 1, "size_bytes"),
                y,
                x,
                z,
                numerics.map(n -> n.int32(0, "zero_point")).orElse(0),
                numerics.map(n -> n.float32(1, "dequantization_factor")).orElse(0f),
                type,
                table.int32(9, 1, "execution_count_per_inference"),
                table.bool(10, "cache_on_dram"),
                shape(table, 11),
                outputLayer.flatMap(o -> o.table(0, "layout", "OutputLayout")).map(LayerReader::layout),
                outputLayer
                        .flatMap(o -> o.table(2, "shape_info", "OutputShapeInfo"))
                        .map(LayerReader::slices)
                        .orElse(List.of()));
    }

    private static int dimension(FlatTable table, int slot, String field) {
        int value = table.int32(slot, field);
        if (value < 0) {
            throw table.fault(slot, field, "expected no negative number, found " + value);
        }
        return value;
    }

    private static List<IndexRange> shape(FlatTable table, int slot) {
        return table.table(slot, "shape", "TensorShape")
                .map(shape -> shape.indexRanges(0, "dimension"))
                .orElse(List.of());
    }

    private static OutputLayout layout(FlatTable table) {
        return new OutputLayout(
                table.int32s(0, "y_coordinate_to_linear_tile_id_map"),
                table.int32s(1, "x_coordinate_to_linear_tile_id_map"),
                table.int32s(2, "linearized_tile_byte_offset"),
                table.int32s(3, "x_coordinate_to_local_byte_offset"),
                table.int32s(4, "y_coordinate_to_local_y_offset"),
                table.int32s(5, "x_coordinate_to_local_y_row_size"));
    }

    private static List<OutputSlice> slices(FlatTable info) {
        List<FlatTable> layouts = info.tables(0, "slice_layout", "TensorLayout");
        List<Integer> offsets = info.int32s(1, "slice_offset");
        if (offsets.size() != layouts.size()) {
            throw info.fault(
                    1,
                    "slice_offset",
                    "expected as many offsets as layouts, found " + offsets.size() + " and " + layouts.size());
        }
        List<OutputSlice> slices = new ArrayList<>(layouts.size());
        for (int i = 0; i < layouts.size(); i++) {
            slices.add(new OutputSlice(shape(layouts.get(i), 0), layouts.get(i).int32s(1, "stride"), offsets.get(i)));
        }
        return slices;
    }
}
