package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Layer.IndexRange;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.Layer.OutputSlice;

/** Reads an executable by the slots of {@code executable.fbs}. */
final class ExecutableReader {
    private static final int TOKEN_SLOT = 14;
    private static final int OUTPUT_LAYER = 1;

    // hints
    private static final int DESCRIPTOR = 1;
    private static final int INSTRUCTION = 2;
    private static final int INTERRUPT = 3;
    private static final int FENCE = 4;
    private static final int INTERRUPTS = 4;

    private final CheckedBytes bytes;

    ExecutableReader(CheckedBytes bytes) {
        this.bytes = bytes;
    }

    Executable read(int index, ByteRange region) {
        FlatTable table = FlatTable.root(bytes, region, "Executable");
        ExecutableType type = table.constant(
                13, table.int16(13, "type"), "type", ExecutableType.values(), "an executable type from 0 to 2");
        List<InstructionChunk> chunks = chunks(table);
        ByteRange parameters = table.bytes(6, "parameters");
        Optional<ByteRange> token = table.field(TOKEN_SLOT, 8, "parameter_caching_token");
        Executable executable = new Executable(
                index,
                region,
                type,
                table.text(1, "name"),
                table.int32(0, "version"),
                table.int32(3, "batch_size"),
                table.text(10, "chip"),
                table.int32(4, "scratch_size_bytes"),
                parameters,
                chunks,
                layers(table, 8, "input_layers", false),
                layers(table, 9, "output_layers", true),
                table.table(7, "dma_hints", "DmaHints")
                        .map(hints -> dmaHints(hints, chunks.size()))
                        .orElse(new DmaHints(false, List.of())),
                table.int64(TOKEN_SLOT, "parameter_caching_token"),
                token,
                table.int32(12, "used_narrow_memory_bytes_per_tile"),
                table.int64(16, "estimated_cycles_64bit"),
                table.int32(11, "estimated_cycles"),
                table.bool(15, "use_tpu_dram_for_parameters"),
                table.bytes(2, "serialized_model"));
        checkDisjoint(executable);
        return executable;
    }

    private List<InstructionChunk> chunks(FlatTable executable) {
        List<InstructionChunk> chunks = new ArrayList<>();
        for (FlatTable table : executable.tables(5, "instruction_bitstreams", "InstructionBitstream")) {
            ByteRange range = table.bytes(0, "bitstream");
            List<Relocation> relocations = new ArrayList<>();
            for (FlatTable relocation : table.tables(1, "field_offsets", "FieldOffset")) {
                relocations.add(relocation(relocation, range));
            }
            chunks.add(new InstructionChunk(chunks.size(), range, relocations));
        }
        return chunks;
    }

    private static Relocation relocation(FlatTable table, ByteRange chunk) {
        FlatTable meta = meta(table, 0);
        int bit = table.int32(1, "offset_bit");
        long bits = 8L * chunk.length();
        if (bit < 0 || bit + 32L > bits) {
            throw table.fault(
                    1, "offset_bit", "expected 32 bits within the chunk's " + bits + ", found them at " + bit);
        }
        Relocation.Half half = meta.constant(
                3, meta.int16(3, "position"), "position", Relocation.Half.values(), "0 (lower) or 1 (upper)");
        return new Relocation(kind(meta), meta.int32(1, "batch"), meta.text(2, "name"), half, bit);
    }

    /** The Meta table of a relocation or DMA descriptor. */
    static FlatTable meta(FlatTable table, int slot) {
        return table.table(slot, "meta", "Meta")
                .orElseThrow(() -> table.fault(slot, "meta", "expected a Meta table, found none"));
    }

    static Relocation.Kind kind(FlatTable meta) {
        return meta.constant(0, meta.int16(0, "desc"), "desc", Relocation.Kind.values(), "a base address from 0 to 3");
    }

    private static List<Layer> layers(FlatTable executable, int slot, String field, boolean output) {
        List<Layer> layers = new ArrayList<>();
        for (FlatTable table : executable.tables(slot, field, "Layer")) {
            layers.add(layer(table, output));
        }
        return layers;
    }

    private void checkDisjoint(Executable executable) {
        List<ByteRange> regions = new ArrayList<>();
        executable.chunks().forEach(chunk -> regions.add(chunk.range()));
        regions.add(executable.parameters());
        executable.tokenField().ifPresent(regions::add);
        bytes.checkDisjoint(regions, "Executable chunks, parameters, token");
    }

    /** @param chunks instruction chunks of the executable */
    private static DmaHints dmaHints(FlatTable table, int chunks) {
        List<DmaHint> hints = new ArrayList<>();
        for (FlatTable hint : table.tables(0, "hints", "DmaHint")) {
            hints.add(hint(hint, chunks));
        }
        return new DmaHints(table.bool(1, "fully_deterministic"), hints);
    }

    private static DmaHint hint(FlatTable table, int chunks) {
        DmaHint.Direction direction = table.constant(
                2, table.int16(2, "direction"), "direction", DmaHint.Direction.values(), "0 (infeed) or 1 (outfeed)");
        int type = Byte.toUnsignedInt((byte) table.int8(0, "any_hint_type"));
        return switch (type) {
            case DESCRIPTOR -> descriptor(content(table, "DmaDescriptorHint"), direction);
            case INSTRUCTION -> instructions(content(table, "InstructionHint"), chunks, direction);
            case INTERRUPT -> interrupt(content(table, "InterruptHint"), direction);
            case FENCE -> new DmaHint.Fence(direction);
            default -> throw table.fault(0, "any_hint_type", "expected a type of hint from 1 to 4, found " + type);
        };
    }

    private static FlatTable content(FlatTable hint, String type) {
        return hint.table(1, "any_hint", type)
                .orElseThrow(() -> hint.fault(1, "any_hint", "expected a table " + type + ", found none"));
    }

    private static DmaHint descriptor(FlatTable table, DmaHint.Direction direction) {
        FlatTable meta = meta(table, 0);
        int offset = table.int32(1, "offset_in_bytes");
        int size = table.int32(2, "size_in_bytes");
        if (offset < 0 || size < 0) {
            throw table.fault(
                    2, "size_in_bytes", "expected no negative offset or size, found " + offset + " and " + size);
        }
        return new DmaHint.Descriptor(
                kind(meta), meta.int32(1, "batch"), meta.text(2, "name"), offset, size, direction);
    }

    private static DmaHint instructions(FlatTable table, int chunks, DmaHint.Direction direction) {
        int chunk = table.int32(0, "instruction_chunk_index");
        if (chunk < 0 || chunk >= chunks) {
            throw table.fault(
                    0,
                    "instruction_chunk_index",
                    "expected a chunk of the executable's " + chunks + ", found " + chunk);
        }
        return new DmaHint.Instructions(chunk, direction);
    }

    private static DmaHint interrupt(FlatTable table, DmaHint.Direction direction) {
        int number = table.int16(0, "type");
        if (number < 0 || number >= INTERRUPTS) {
            throw table.fault(0, "type", "expected an interrupt from 0 to 3, found " + number);
        }
        return new DmaHint.Interrupt(number, direction);
    }

    private static Layer layer(FlatTable table, boolean output) {
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
                outputLayer.flatMap(o -> o.table(0, "layout", "OutputLayout")).map(ExecutableReader::layout),
                outputLayer
                        .flatMap(o -> o.table(2, "shape_info", "OutputShapeInfo"))
                        .map(ExecutableReader::slices)
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
