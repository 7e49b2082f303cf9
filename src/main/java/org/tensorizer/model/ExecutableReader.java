package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.ByteRange;

/** Reads an executable by the slots of {@code executable.fbs}. */
final class ExecutableReader {
    private static final int TOKEN_SLOT = 14;

    private final CheckedBytes bytes;

    ExecutableReader(CheckedBytes bytes) {
        this.bytes = bytes;
    }

    Executable read(int index, ByteRange region) {
        FlatTable table = FlatTable.root(bytes, region, "Executable");
        int code = table.int16(13, "type");
        ExecutableType type = ExecutableType.of(code)
                .orElseThrow(() -> table.fault(13, "type", "expected an executable type from 0 to 2, found " + code));
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
                        .map(hints -> DmaHintReader.read(hints, chunks.size()))
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
        int code = meta.int16(3, "position");
        Relocation.Half half = Relocation.Half.of(code)
                .orElseThrow(() -> meta.fault(3, "position", "expected 0 (lower) or 1 (upper), found " + code));
        return new Relocation(kind(meta), meta.int32(1, "batch"), meta.text(2, "name"), half, bit);
    }

    /** The Meta table of a relocation or DMA descriptor. */
    static FlatTable meta(FlatTable table, int slot) {
        return table.table(slot, "meta", "Meta")
                .orElseThrow(() -> table.fault(slot, "meta", "expected a Meta table, found none"));
    }

    static Relocation.Kind kind(FlatTable meta) {
        int code = meta.int16(0, "desc");
        return Relocation.Kind.of(code)
                .orElseThrow(() -> meta.fault(0, "desc", "expected a base address from 0 to 3, found " + code));
    }

    private static List<Layer> layers(FlatTable executable, int slot, String field, boolean output) {
        List<Layer> layers = new ArrayList<>();
        for (FlatTable table : executable.tables(slot, field, "Layer")) {
            layers.add(LayerReader.read(table, output));
        }
        return layers;
    }

    private void checkDisjoint(Executable executable) {
        List<ByteRange> regions = new ArrayList<>();
        executable.chunks().forEach(chunk -> regions.add(chunk.range()));
        regions.add(executable.parameters());
        executable.tokenField().ifPresent(regions::add);
        Disjoint.check(bytes, regions, "Executable chunks, parameters, token");
    }
}
