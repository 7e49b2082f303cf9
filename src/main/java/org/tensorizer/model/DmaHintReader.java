package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;

/** Reads the DMA hints of an executable by the slots of {@code executable.fbs}. */
final class DmaHintReader {
    private static final int DESCRIPTOR = 1;
    private static final int INSTRUCTION = 2;
    private static final int INTERRUPT = 3;
    private static final int FENCE = 4;
    private static final int INTERRUPTS = 4;

    private DmaHintReader() {}

    /**
     * @param chunks instruction chunks of the executable
     */
    static DmaHints read(FlatTable table, int chunks) {
        List<DmaHint> hints = new ArrayList<>();
        for (FlatTable hint : table.tables(0, "hints", "DmaHint")) {
            hints.add(hint(hint, chunks));
        }
        return new DmaHints(table.bool(1, "fully_deterministic"), hints);
    }

    private static DmaHint hint(FlatTable table, int chunks) {
        int code = table.int16(2, "direction");
        DmaHint.Direction direction = DmaHint.Direction.of(code)
                .orElseThrow(() -> table.fault(2, "direction", "expected 0 (infeed) or 1 (outfeed), found " + code));
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
        FlatTable meta = ExecutableReader.meta(table, 0);
        int offset = table.int32(1, "offset_in_bytes");
        int size = table.int32(2, "size_in_bytes");
        if (offset < 0 || size < 0) {
            throw table.fault(
                    2, "size_in_bytes", "expected no negative offset or size, found " + offset + " and " + size);
        }
        return new DmaHint.Descriptor(
                ExecutableReader.kind(meta), meta.int32(1, "batch"), meta.text(2, "name"), offset, size, direction);
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
}
