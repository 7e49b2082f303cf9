package org.tensorizer.isa;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.isa.Scalar.Alu;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.model.Relocation;

/**
 * Takes the instructions of a program in order; numbers the tile instructions, notes where the runtime writes addresses,
 * counts packets, closes the program and fills in its length. What stands here is the same in every program: fences, waits
 * of the scalar core, descriptors. One program a builder; not thread-safe.
 */
public final class ProgramBuilder {
    /** Counters of a tile but the two of packets. */
    public static final int TILE_COUNTERS =
            TileFence.bit(TileCounter.RING_PRODUCER_A) - TileFence.bit(TileCounter.AVDATA);

    /** The two counters of packets. */
    public static final int PACKET_COUNTERS =
            TileFence.bit(TileCounter.RING_PRODUCER_A) | TileFence.bit(TileCounter.RING_PRODUCER_B);

    /** The bit of a fence's counters that stands for none of them. */
    public static final int UNKNOWN_COUNTER = 1;

    /** A fence that the scalar core waits for. */
    public static final int REPORT = 1;

    /** The report of the last fence of a program. */
    public static final int REPORT_AT_THE_END = 13;

    private static final int INFEED_AND_OUTFEED = 0xc;
    private static final int ALL_ENGINES = 0x1f;
    private static final int IDLE_BUNDLES_AT_THE_END = 4;

    /** Input units that may be under way: the buffer but for four (derived: preset of AVDATA_INFEED). */
    private static final int INPUT_CREDIT = 2 * Chip.INPUT_UNITS - 4;

    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Relocation> relocations = new ArrayList<>();
    private int bundles;
    private int packetsA;
    private int packetsB;

    public ProgramBuilder() {
        add(Instruction.of(Opcode.START));
    }

    public ProgramBuilder add(Instruction instruction) {
        instructions.add(instruction);
        bundles += instruction.bundles();
        return this;
    }

    /** A tile instruction for the tiles of a mask, everything else zero; not added. */
    public static Instruction tile(Opcode opcode, int tiles) {
        return Instruction.of(opcode).set(TileInstruction.TILES, tiles);
    }

    /** Number of the next packet of kind A; they are counted through the whole program. */
    public int nextPacketA() {
        return packetsA++;
    }

    /** Number of the first of {@code count} packets of kind B. */
    public int nextPacketsB(int count) {
        packetsB += count;
        return packetsB - count;
    }

    // Scalar core

    /** Loads half an address that the runtime fills in. */
    public ProgramBuilder address(int register, Relocation.Kind kind, Relocation.Half half) {
        relocations.add(new Relocation(kind, 0, "", half, bundles * Opcode.BUNDLE_BITS + Scalar.IMMEDIATE.bit()));
        return load(register, 0);
    }

    /** Loads a number. */
    public ProgramBuilder load(int register, long value) {
        return add(moveImmediate(register, value));
    }

    /** Copies a register. */
    public ProgramBuilder copy(int register, int source) {
        return add(Instruction.of(Opcode.SCALAR)
                .set(Scalar.OPERATION, Alu.MOV.code())
                .set(Scalar.DESTINATION, register)
                .set(Scalar.IMMEDIATE, source));
    }

    /**
     * Pushes four registers from {@code register} on as the words of a descriptor (address low and high are loaded
     * already, size and kind are loaded here, each in the bundle that pushes the register before it) and submits it.
     */
    public ProgramBuilder descriptor(int register, Descriptor descriptor, int bytes) {
        add(push(Instruction.of(Opcode.SCALAR), 0, register));
        add(push(moveImmediate(register + 2, bytes), 1, register + 1));
        add(push(moveImmediate(register + 3, descriptor.code()), 2, register + 2));
        add(push(Instruction.of(Opcode.SCALAR), 3, register + 3));
        return add(Instruction.of(Opcode.SCALAR).set(Scalar.STORE, Scalar.DESCRIPTOR_SUBMIT));
    }

    private static Instruction moveImmediate(int register, long value) {
        return Instruction.of(Opcode.SCALAR)
                .set(Scalar.OPERATION, Alu.MOV.immediate())
                .set(Scalar.DESTINATION, register)
                .set(Scalar.IMMEDIATE, value);
    }

    private static Instruction push(Instruction instruction, int word, int register) {
        return instruction
                .set(Scalar.STORE, Scalar.DESCRIPTOR_WORD)
                .set(Scalar.STORE_ADDRESS, word)
                .set(Scalar.STORE_REGISTER, register);
    }

    // Fences of the tiles

    /** Waits for all units of all tiles. */
    public ProgramBuilder fence() {
        return fence(0, TileFence.ALL_UNITS, 0);
    }

    /** The same, and clears counters: {@link #TILE_COUNTERS}, {@link #PACKET_COUNTERS}, bits of {@link TileFence#bit}. */
    public ProgramBuilder fenceThenClear(int counters) {
        return fence(counters, TileFence.ALL_UNITS, 0);
    }

    /** A fence over all tiles in full; report is 0, {@link #REPORT} or {@link #REPORT_AT_THE_END}. */
    public ProgramBuilder fence(int counters, int units, int report) {
        return add(Instruction.of(Opcode.TILE_FENCE)
                .set(TileFence.TILES, Chip.ALL_TILES)
                .set(TileFence.COUNTERS, counters)
                .set(TileFence.UNITS, units)
                .set(TileFence.REPORT, report));
    }

    /** A fence over all tiles that reports, and the scalar core's wait for it. */
    public ProgramBuilder meet() {
        return meet(0, REPORT);
    }

    /** The same, and counters are cleared. */
    public ProgramBuilder meet(int counters, int report) {
        return fence(counters, TileFence.ALL_UNITS, report).awaitTiles();
    }

    // Waits of the scalar core

    /** The first fence and wait of a program: everything is cleared. */
    public ProgramBuilder begin(int counters) {
        fence(counters, TileFence.ALL_UNITS, REPORT);
        return add(allTiles()
                .set(ScalarFence.COUNTERS, (1 << ScalarCounter.COUNT) - 1)
                .set(ScalarFence.ENGINES, ALL_ENGINES));
    }

    /** Waits for the tiles; stands behind a fence that reports. */
    public ProgramBuilder awaitTiles() {
        return add(allTiles());
    }

    /** Clears scalar counters, one bit each. */
    public ProgramBuilder clearScalar(int counters) {
        return add(Instruction.of(Opcode.SCALAR_FENCE)
                .set(ScalarFence.COUNTERS, counters)
                .set(ScalarFence.ENGINES, INFEED_AND_OUTFEED));
    }

    /** Gives the input its room in the buffer, then clears its count. */
    public ProgramBuilder openInput() {
        add(Instruction.of(Opcode.SCALAR_FENCE)
                .set(ScalarFence.COUNTERS, 1 << ScalarCounter.AVDATA_INFEED.id())
                .set(ScalarFence.VALUE, INPUT_CREDIT)
                .set(ScalarFence.ENGINES, INFEED_AND_OUTFEED));
        return clearScalar(1 << ScalarCounter.AVDATA_POP.id());
    }

    /** Waits until every packet counted so far has left on the ring, and starts the counts anew. */
    public ProgramBuilder awaitPackets() {
        Instruction wait = Instruction.of(Opcode.SCALAR_FENCE)
                .set(ScalarFence.TILES, Chip.ALL_TILES)
                .set(ScalarFence.ENGINES, INFEED_AND_OUTFEED);
        int counters = count(wait, ScalarCounter.PRODUCER_A, packetsA) | count(wait, ScalarCounter.PRODUCER_B, packetsB);
        packetsA = 0;
        packetsB = 0;
        return add(wait.set(ScalarFence.COUNTERS, counters));
    }

    /** What the tiles clear where the scalar core has waited for those packets. */
    public int packetCounters() {
        return (packetsA > 0 ? TileFence.bit(TileCounter.RING_PRODUCER_A) : 0)
                | (packetsB > 0 ? TileFence.bit(TileCounter.RING_PRODUCER_B) : 0);
    }

    private static int count(Instruction wait, ScalarCounter counter, int packets) {
        if (packets == 0) {
            return 0;
        }
        wait.set(ScalarFence.COUNT.get(counter.id()), packets).set(ScalarFence.COUNT_ON.get(counter.id()));
        return 1 << counter.id();
    }

    private static Instruction allTiles() {
        return Instruction.of(Opcode.SCALAR_FENCE)
                .set(ScalarFence.TILES, Chip.ALL_TILES)
                .set(ScalarFence.REPORT, REPORT)
                .set(ScalarFence.REPORTERS, Chip.ALL_TILES)
                .set(ScalarFence.ENGINES, INFEED_AND_OUTFEED);
    }

    /** Closes the program; the input and output relocations carry an empty name, see {@link Program#withLayers}. */
    public Program build() {
        add(Instruction.of(Opcode.HALT).set(Frame.HALT_CONSTANT, Frame.HALT_CONSTANT_VALUE));
        for (int i = 0; i < IDLE_BUNDLES_AT_THE_END; i++) {
            add(Instruction.of(Opcode.SCALAR));
        }
        add(Instruction.of(Opcode.END).set(Frame.END_CONSTANT));
        instructions.get(0).set(Frame.BODY_BITS, (bundles - 2L) * Opcode.BUNDLE_BITS);
        int sequence = 0;
        for (Instruction instruction : instructions) {
            if (instruction.opcode().isTileOp()) {
                instruction.number(sequence++);
            }
        }
        return new Program(InstructionStream.of("program", instructions).toBytes(), relocations);
    }
}
