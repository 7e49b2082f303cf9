package org.tensorizer.isa;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The instructions of the Edge TPU. The opcode stands in bits 6 to 11 of the first bundle of 128 bits; it alone fixes the
 * length. Names of units are the chip's own (libedgetpu's register lists); the scalar core's are ours.
 *
 * <p>What an instruction does, and where each of its bits stands, is written in the class of its family.
 */
public enum Opcode {
    MULTIPLY_ACCUMULATE(0x01, "op", () -> Op.ARITHMETIC, Op.MULTIPLY_ACCUMULATE),
    MAXIMUM(0x02, "opMaximum", () -> Op.ARITHMETIC, Op.MAXIMUM),
    SUM(0x03, "opSum", () -> Op.ARITHMETIC, Op.SUM),
    RESIZE(0x05, "opResize", () -> Resize.TABLE, Resize.SEMANTICS),
    RING_BUS_PRODUCER(0x10, "ringBusProducer", () -> RingBusProducer.TABLE, RingBusProducer.SEMANTICS),
    RING_BUS_CONSUMER_0(0x11, "ringBusConsumer0", () -> RingBusConsumer.TABLE, RingBusConsumer.SEMANTICS_0),
    RING_BUS_CONSUMER_1(0x12, "ringBusConsumer1", () -> RingBusConsumer.TABLE, RingBusConsumer.SEMANTICS_1),
    NARROW_TO_WIDE(0x13, "narrowToWide", () -> NarrowToWide.TABLE, NarrowToWide.SEMANTICS),
    WIDE_TO_NARROW(0x14, "wideToNarrow", () -> WideToNarrow.TABLE, WideToNarrow.SEMANTICS),
    MESH_BUS_0(0x15, "meshBus0", () -> MeshBus.TABLE, MeshBus.SOUTH),
    MESH_BUS_1(0x16, "meshBus1", () -> MeshBus.TABLE, MeshBus.WEST),
    MESH_BUS_2(0x17, "meshBus2", () -> MeshBus.TABLE, MeshBus.NORTH),
    MESH_BUS_3(0x18, "meshBus3", () -> MeshBus.TABLE, MeshBus.EAST),
    FUNCTION_TABLE(0x19, "functionTable", () -> FunctionTable.TABLE, FunctionTable.SEMANTICS),
    TILE_FENCE(0x1a, "tileFence", () -> TileFence.TABLE, TileFence.SEMANTICS),
    SCALAR(0x20, "scalar", () -> Scalar.TABLE, Scalar.SEMANTICS),
    HALT(0x21, "halt", () -> Frame.HALT, Frame.HALT_SEMANTICS),
    BRANCH(0x22, "branch", () -> Branch.TABLE, Branch.SEMANTICS),
    REPEAT(0x23, "repeat", () -> Repeat.TABLE, Repeat.SEMANTICS),
    SCALAR_FENCE(0x24, "scalarFence", () -> ScalarFence.TABLE, ScalarFence.SEMANTICS),
    INFEED(0x25, "infeed", () -> Infeed.TABLE, Infeed.SEMANTICS),
    POP(0x26, "pop", () -> Pop.TABLE, Pop.SEMANTICS),
    OUTFEED(0x27, "outfeed", () -> Outfeed.TABLE, Outfeed.SEMANTICS),
    START(0x3e, "start", () -> Frame.START, Frame.START_SEMANTICS),
    END(0x3f, "end", () -> Frame.END, Frame.END_SEMANTICS);

    /** Bytes of a bundle, the unit all instruction lengths are counted in. */
    public static final int BUNDLE_BYTES = 16;

    /** Bits of a bundle. */
    public static final int BUNDLE_BITS = 128;

    /** Lowest bit of the opcode in every instruction. */
    public static final int BIT = 6;

    /** Bits of the opcode. */
    public static final int WIDTH = 6;

    private static final Opcode[] BY_CODE = new Opcode[1 << WIDTH];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;
    private final String unit;
    private final Supplier<FieldTable> table;
    private final String semantics;

    Opcode(int code, String unit, Supplier<FieldTable> table, String semantics) {
        this.code = code;
        this.unit = unit;
        this.table = table;
        this.semantics = semantics;
    }

    /** Opcode of the instruction whose first 16 bits (little-endian) these are. */
    static Optional<Opcode> ofFirstBits(int bits) {
        return Optional.ofNullable(BY_CODE[bits >>> BIT & (1 << WIDTH) - 1]);
    }

    public int code() {
        return code;
    }

    /** The unit that executes it, by the chip's own name, as the listing shows it. */
    public String unit() {
        return unit;
    }

    /** What it does, in a sentence or two. */
    public String semantics() {
        return semantics;
    }

    /** All its fields, by position. */
    public List<Field> fields() {
        return table().fields();
    }

    FieldTable table() {
        return table.get();
    }

    /** Length in bundles of 16 bytes, 1 to 17. */
    public int bundles() {
        return table().bundles();
    }

    public int bytes() {
        return bundles() * BUNDLE_BYTES;
    }

    public int bits() {
        return bundles() * BUNDLE_BITS;
    }

    /** Whether tiles execute it: it then carries a tile mask and a sequence number. Opcodes from 0x20 on do not. */
    public boolean isTileOp() {
        return code < 0x20;
    }
}
