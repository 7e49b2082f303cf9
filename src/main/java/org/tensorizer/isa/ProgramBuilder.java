package org.tensorizer.isa;

import java.util.List;
import org.tensorizer.isa.Scalar.Alu;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.model.Relocation;

/** Takes the instructions of a program in order, the usual ones by what they are for. One program a builder; not thread-safe. */
public final class ProgramBuilder {
    /** Counters of the tiles, without those of the packets. */
    public static final int TILE_COUNTERS = 0x3fffe;

    /** Both counters of the packets. */
    public static final int PACKET_COUNTERS =
            TileFence.bit(TileCounter.RING_PRODUCER_A) | TileFence.bit(TileCounter.RING_PRODUCER_B);

    /** Every counter; bit 0 is unknown and set in PARAMETER_CACHING programs only. */
    public static final int ALL_COUNTERS = TILE_COUNTERS | PACKET_COUNTERS;

    /** The bit of {@link TileFence#COUNTERS} that is no counter. */
    public static final int BIT_0 = 1;

    /** Infeed and outfeed. */
    private static final int FEEDS = 12;

    private static final int ALL_ENGINES = 31;
    private static final int REPORT_TO_SCALAR = 1;
    private static final int REPORT_AT_END = 13;

    /** Units of the input buffer, but for four (derived: what real programs set AVDATA_INFEED to). */
    private static final int INPUT_ROOM = 2 * Chip.INPUT_UNITS - 4;

    private final Chunks chunks = new Chunks();

    /** Takes an instruction, which must not be changed afterwards. */
    public ProgramBuilder add(Instruction instruction) {
        chunks.add(instruction);
        return this;
    }

    /** All tiles may become idle here: what is under way does not wait for what is still to come. */
    public ProgramBuilder pause() {
        chunks.pause();
        return this;
    }

    /**
     * What every EXECUTION_ONLY program begins with: counters at 0, and the addresses of parameters and scratch memory, which
     * known programs load and never use.
     */
    public ProgramBuilder begin() {
        meetFirst(ALL_COUNTERS);
        address(1, Relocation.Kind.PARAMETER, Relocation.Half.LOWER);
        address(0, Relocation.Kind.PARAMETER, Relocation.Half.UPPER);
        address(3, Relocation.Kind.SCRATCH, Relocation.Half.LOWER);
        address(2, Relocation.Kind.SCRATCH, Relocation.Half.UPPER);
        return scalarFence(0, ScalarCounter.mask(ScalarCounter.AVDATA_POP, ScalarCounter.AVDATA_INFEED), 0)
                .meet();
    }

    // Scalar core

    /** Loads half an address that the runtime fills in. */
    public ProgramBuilder address(int register, Relocation.Kind kind, Relocation.Half half) {
        return address(register, kind, half, "");
    }

    /** The same for one of several inputs or outputs. */
    public ProgramBuilder address(int register, Relocation.Kind kind, Relocation.Half half, String name) {
        chunks.address(kind, half, name);
        return zero(register);
    }

    public ProgramBuilder zero(int register) {
        return add(immediate(register, 0));
    }

    /** Copies a register. */
    public ProgramBuilder move(int register, int source) {
        return add(Instruction.of(Opcode.SCALAR)
                .set(Scalar.OPERATION, Alu.MOV.code())
                .set(Scalar.DESTINATION, register)
                .set(Scalar.IMMEDIATE, source));
    }

    /**
     * Pushes four registers from {@code register} on as the words of a descriptor (address low and high are loaded
     * already, size and kind are loaded here, each in the bundle that pushes the register before it) and submits it.
     */
    public ProgramBuilder descriptor(int register, Descriptor kind, int bytes) {
        return descriptor(register, kind, 0, bytes);
    }

    /** The same of bytes that begin at an offset of what the runtime knows by a name. */
    public ProgramBuilder descriptor(int register, Descriptor kind, int offset, int bytes) {
        add(word(Instruction.of(Opcode.SCALAR), 0, register));
        add(word(immediate(register + 2, bytes), 1, register + 1));
        add(word(immediate(register + 3, kind.code()), 2, register + 2));
        add(word(Instruction.of(Opcode.SCALAR), 3, register + 3));
        if (kind == Descriptor.PARAMETERS || kind == Descriptor.INPUT) {
            chunks.incoming(kind == Descriptor.INPUT, offset, bytes);
        }
        return add(Instruction.of(Opcode.SCALAR).set(Scalar.STORE, Scalar.DESCRIPTOR_SUBMIT));
    }

    /**
     * Adds to an address in two registers, with carry: registers 6, predicates 0 and 1 are used up. Instruction by
     * instruction as compiled programs do; the offset is positive.
     */
    public ProgramBuilder addressPlus(int low, int high, int offset, int lowResult, int highResult) {
        add(alu(Alu.LT.immediate(), 0, low, 0));
        add(alu(Alu.NEQ.code(), 1, low, low));
        add(alu(Alu.AND.immediate(), 6, low, Integer.MAX_VALUE));
        add(gated(alu(Alu.ADD.immediate(), 6, 6, offset), 0));
        add(gated(alu(Alu.LT.immediate(), 1, 6, 0), 0));
        add(alu(Alu.ADD.immediate(), lowResult, low, offset));
        add(alu(Alu.ADD.immediate(), highResult, high, 0));
        return add(gated(alu(Alu.ADD.immediate(), highResult, highResult, 1), 1));
    }

    private static Instruction alu(int operation, int destination, int source, long value) {
        return Instruction.of(Opcode.SCALAR)
                .set(Scalar.OPERATION, operation)
                .set(Scalar.DESTINATION, destination)
                .set(Scalar.SOURCE, source)
                .set(Scalar.IMMEDIATE, value);
    }

    private static Instruction gated(Instruction instruction, int predicate) {
        return instruction.set(Scalar.GATED).set(Scalar.PREDICATE, predicate).set(Scalar.SENSE, 1);
    }

    private static Instruction immediate(int register, long value) {
        return Instruction.of(Opcode.SCALAR)
                .set(Scalar.OPERATION, Alu.MOV.immediate())
                .set(Scalar.DESTINATION, register)
                .set(Scalar.IMMEDIATE, value);
    }

    private static Instruction word(Instruction bundle, int word, int register) {
        return bundle.set(Scalar.STORE, Scalar.DESCRIPTOR_WORD)
                .set(Scalar.STORE_ADDRESS, word)
                .set(Scalar.STORE_REGISTER, register);
    }

    // Fences of the tiles

    /** Waits until all units of all tiles are idle. */
    public ProgramBuilder fence() {
        return fence(0, TileFence.ALL_UNITS);
    }

    /** The same, then sets counters of the mask to 0. */
    public ProgramBuilder fence(int counters) {
        return fence(counters, TileFence.ALL_UNITS);
    }

    /** Waits for some units of all tiles, then sets counters of the mask to 0. */
    public ProgramBuilder fence(int counters, int units) {
        return add(fenceOf(counters, units));
    }

    static Instruction fenceOf(int counters, int units) {
        return Instruction.of(Opcode.TILE_FENCE)
                .set(TileFence.TILES, Chip.ALL_TILES)
                .set(TileFence.COUNTERS, counters)
                .set(TileFence.UNITS, units);
    }

    /** Loads a function table once the op is idle, and counts the results of the op from 0. */
    public ProgramBuilder functionTable(Instruction table) {
        int counters = TileFence.bit(TileCounter.AVDATA)
                | TileFence.bit(TileCounter.PARAMETERS)
                | TileFence.bit(TileCounter.PARTIAL_SUMS);
        return fence(counters, TileFence.OP).add(table);
    }

    /** The scalar core waits until the tiles are done: a fence that reports, then the wait for it. */
    public ProgramBuilder meet() {
        return meet(0);
    }

    /** The same; the fence sets counters of the mask to 0. */
    public ProgramBuilder meet(int counters) {
        reportingFence(counters, TileFence.ALL_UNITS);
        return add(waitForTiles(FEEDS));
    }

    /** The first meeting of a program, which sets all counters of the scalar side to 0. */
    public ProgramBuilder meetFirst(int counters) {
        reportingFence(counters, TileFence.ALL_UNITS);
        return add(waitForTiles(ALL_ENGINES).set(ScalarFence.COUNTERS, ScalarFence.COUNTERS.max()));
    }

    /** The last meeting of a program. */
    public ProgramBuilder meetLast(int counters) {
        add(fenceOf(counters, TileFence.ALL_UNITS).set(TileFence.REPORT, REPORT_AT_END));
        return add(waitForTiles(FEEDS));
    }

    /** Only some units of the tiles, none of the scalar core's engines. */
    public ProgramBuilder meetUnits(int units) {
        reportingFence(0, units);
        return add(waitForTiles(0));
    }

    /** A fence that reports to the scalar core. */
    public ProgramBuilder reportingFence(int counters, int units) {
        return add(fenceOf(counters, units).set(TileFence.REPORT, REPORT_TO_SCALAR));
    }

    private static Instruction waitForTiles(int engines) {
        return Instruction.of(Opcode.SCALAR_FENCE)
                .set(ScalarFence.TILES, Chip.ALL_TILES)
                .set(ScalarFence.REPORT, 1)
                .set(ScalarFence.REPORTERS, Chip.ALL_TILES)
                .set(ScalarFence.ENGINES, engines);
    }

    // Fences of the scalar core

    /** Waits for infeed and outfeed, then sets scalar counters of the mask. */
    public ProgramBuilder scalarFence(int tiles, int counters, int value) {
        return add(Instruction.of(Opcode.SCALAR_FENCE)
                .set(ScalarFence.TILES, tiles)
                .set(ScalarFence.COUNTERS, counters)
                .set(ScalarFence.VALUE, value)
                .set(ScalarFence.ENGINES, FEEDS));
    }

    /** Gives the input the room of its buffer, then counts its units from 0. */
    public ProgramBuilder openInput() {
        scalarFence(0, ScalarCounter.mask(ScalarCounter.AVDATA_INFEED), INPUT_ROOM);
        return scalarFence(0, ScalarCounter.mask(ScalarCounter.AVDATA_POP), 0);
    }

    /** Waits until so many packets of kind A have left on the ring, then counts them from 0 again. */
    public ProgramBuilder packets(int packetsA) {
        return add(count(counted(ScalarCounter.PRODUCER_A), ScalarCounter.PRODUCER_A, packetsA));
    }

    /** The same for both kinds. */
    public ProgramBuilder packets(int packetsA, int packetsB) {
        Instruction fence = counted(ScalarCounter.PRODUCER_A, ScalarCounter.PRODUCER_B);
        count(fence, ScalarCounter.PRODUCER_A, packetsA);
        return add(count(fence, ScalarCounter.PRODUCER_B, packetsB));
    }

    private static Instruction counted(ScalarCounter... counters) {
        return Instruction.of(Opcode.SCALAR_FENCE)
                .set(ScalarFence.TILES, Chip.ALL_TILES)
                .set(ScalarFence.COUNTERS, ScalarCounter.mask(counters))
                .set(ScalarFence.ENGINES, FEEDS);
    }

    private static Instruction count(Instruction fence, ScalarCounter counter, int value) {
        return fence.set(ScalarFence.COUNT.get(counter.id()), value & 0xffff)
                .set(ScalarFence.COUNT_ON.get(counter.id()));
    }

    /** Address 0 and no bytes: tells the host that the program is done. */
    public ProgramBuilder interrupt(int high, int low, int descriptor) {
        return zero(high)
                .zero(low)
                .move(descriptor, low)
                .move(descriptor + 1, high)
                .descriptor(descriptor, Descriptor.DONE, 0);
    }

    /** Closes the program as one chunk. */
    public Program build() {
        return chunks.one();
    }

    /**
     * Closes the program in chunks of at most so many bundles. It is cut in front of a fence for all units of all tiles, or
     * at a {@link #pause}, where a fence is put in: every later chunk begins with one, as those of compiled programs do.
     *
     * @throws IllegalStateException some stretch is longer, see {@link #longestStretch}
     */
    public List<Program> build(int most) {
        return chunks.cut(most);
    }

    /** Bundles of the longest stretch of the program that cannot be cut, with what frames it in a chunk. */
    public int longestStretch() {
        return chunks.longestStretch();
    }
}
