package org.tensorizer.dense;

import org.tensorizer.isa.Program;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.model.Relocation;

/**
 * Takes the instructions of a program in order; numbers the tile instructions, notes where the runtime writes addresses,
 * closes the program and fills in its length. One program a builder; not thread-safe.
 */
final class ProgramBuilder {
    /** What a DMA descriptor is for; the number is the chip's. */
    enum Dma {
        INPUT(1),
        PARAMETERS(2),
        OUTPUT(3),
        INTERRUPT(4);

        private final int kind;

        Dma(int kind) {
            this.kind = kind;
        }
    }

    private static final int MOVE = 0x0f;
    private static final int MOVE_IMMEDIATE = 0x2f;
    private static final int PUSH = 5;
    private static final int SUBMIT = 6;
    private static final int NOPS_AT_THE_END = 4;

    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Relocation> relocations = new ArrayList<>();
    private int bundles;
    private int packets;

    ProgramBuilder() {
        add(Instruction.of(Variant.START));
    }

    ProgramBuilder add(Instruction instruction) {
        instructions.add(instruction);
        bundles += instruction.bundles();
        return this;
    }

    /** Number of the next packet on the ring; they are counted through the whole program. */
    int nextPacket() {
        return packets++;
    }

    // Scalar core

    /** Loads half an address that the runtime fills in. */
    ProgramBuilder address(int register, Relocation.Kind kind, Relocation.Half half) {
        int bit = bundles * Opcode.BUNDLE_BITS
                + InstructionSet.field(Opcode.SCALAR, "immediate").bit();
        relocations.add(new Relocation(kind, 0, "", half, bit));
        return add(moveImmediate(register, 0));
    }

    /** Copies a register. */
    ProgramBuilder copy(int register, int source) {
        return add(scalar().set("operation", MOVE).set("destination", register).set("immediate", source));
    }

    /**
     * Pushes four registers from {@code register} on as the words of a descriptor (address low and high are loaded
     * already, size and kind are loaded here, each in the bundle that pushes the register before it) and submits it.
     */
    ProgramBuilder descriptor(int register, Dma dma, int bytes) {
        add(push(scalar(), 0, register));
        add(push(moveImmediate(register + 2, bytes), 1, register + 1));
        add(push(moveImmediate(register + 3, dma.kind), 2, register + 2));
        add(push(scalar(), 3, register + 3));
        return add(scalar().set("dma.operation", SUBMIT));
    }

    /** Address 0 and no bytes: tells the host that the program is done. */
    ProgramBuilder interrupt(int descriptor, int low, int high) {
        return copy(descriptor, low).copy(descriptor + 1, high).descriptor(descriptor, Dma.INTERRUPT, 0);
    }

    /** Loads zero. */
    ProgramBuilder zero(int register) {
        return add(moveImmediate(register, 0));
    }

    private static Instruction scalar() {
        return Instruction.of(Variant.SCALAR);
    }

    private static Instruction moveImmediate(int register, long value) {
        return scalar().set("operation", MOVE_IMMEDIATE)
                .set("destination", register)
                .set("immediate", value);
    }

    private static Instruction push(Instruction instruction, int word, int register) {
        return instruction.set("dma.operation", PUSH).set("dma.word", word).set("dma.register", register);
    }

    // Fences

    /** A fence over all tiles that clears nothing. */
    ProgramBuilder fence() {
        return fence(Clear.NOTHING, Report.NONE);
    }

    ProgramBuilder fence(Clear clear) {
        return fence(clear, Report.NONE);
    }

    ProgramBuilder fence(Report report) {
        return fence(Clear.NOTHING, report);
    }

    ProgramBuilder fence(Clear clear, Report report) {
        return add(clear.set(report.set(allTiles(Variant.FENCE))));
    }

    /** The fence before the input address is loaded; why its reserved bits differ is not known. */
    ProgramBuilder fenceBeforeInput() {
        return add(allTiles(Variant.FENCE_BEFORE_INPUT));
    }

    /** Counters a fence clears. The names say what the values of the waits behind such fences show. */
    enum Clear {
        NOTHING(0),
        BIT_0(0x1),
        TILE_COUNTERS(0x3fffe),
        PACKETS(0x40000),
        ALL_BUT_BIT_0(0xffffe),
        EVERYTHING(0xfffff);

        private final int mask;

        Clear(int mask) {
            this.mask = mask;
        }

        private Instruction set(Instruction fence) {
            return fence.set("clear", mask);
        }
    }

    /** What a fence reports to the scalar core; the numbers are the known programs', their meaning is a guess. */
    enum Report {
        NONE(0),
        TO_SYNC(1),
        AT_THE_END(0xd);

        private final int value;

        Report(int value) {
            this.value = value;
        }

        private Instruction set(Instruction fence) {
            return fence.set("report", value);
        }
    }

    // Waits of the scalar core

    /** The first wait of a program. */
    ProgramBuilder syncFirst() {
        return add(allTiles(Variant.SYNC_FIRST).set("flag", 0x1ff));
    }

    /** Waits for the tiles; always stands behind a fence that reports. */
    ProgramBuilder syncTiles() {
        return add(allTiles(Variant.SYNC_TILES));
    }

    ProgramBuilder syncFlag(int flag) {
        return add(Instruction.of(Variant.SYNC_FLAG).set("flag", flag));
    }

    ProgramBuilder syncInput() {
        return add(Instruction.of(Variant.SYNC_INPUT).set("flag", 4));
    }

    /** Waits until every packet of the program has left on the ring. */
    ProgramBuilder syncOutput() {
        return add(allTiles(Variant.SYNC_OUTPUT).set("flag", 0x20).set("packets", packets));
    }

    private static Instruction allTiles(Variant variant) {
        return Instruction.of(variant).set("tiles", 0xffff);
    }

    /** Closes the program. */
    Program build() {
        add(Instruction.of(Variant.HALT));
        for (int i = 0; i < NOPS_AT_THE_END; i++) {
            add(scalar());
        }
        add(Instruction.of(Variant.END));
        instructions.get(0).set("body.bits", (bundles - 2L) * Opcode.BUNDLE_BITS);
        int sequence = 0;
        for (Instruction instruction : instructions) {
            if (instruction.opcode().isTileOp()) {
                Field field = InstructionSet.field(instruction.opcode(), "sequence");
                instruction.set(field, sequence++ & field.max());
            }
        }
        return new Program(InstructionStream.of("program", instructions).toBytes(), relocations);
    }
}
