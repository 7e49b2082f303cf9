package org.tensorizer.compiler;

import java.util.List;
import java.util.function.IntFunction;
import org.tensorizer.conv.ConvolutionCode;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.conv.PerTile;
import org.tensorizer.conv.Progress;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * Softmax over numbers that are spread over tiles, 64 on each:
 *
 * <pre>
 * 1 to 3   {@link SoftmaxMaximum}        the largest number, on every tile
 * 4, 5     {@link SoftmaxExponentials}   e = exp(x - largest) in 16 bits
 * 6        {@link SoftmaxSum}            all e on every tile
 * 7 to 9   {@link SoftmaxQuotient}       y = e / sum, as e times the square of a reciprocal root
 * </pre>
 *
 * <p>This class has what several of them need. Source: derived, identical with three compiled programs of 1001 classes;
 * for other numbers of classes the same formulas, executed and compared with exact arithmetic. Tables wait on the tiles
 * that have the numbers; far ones, as in a mobilenet_v1_0.75_192 whose tiles are full, come round the ring.
 */
final class SoftmaxCode {
    /** Meeting of packets: the mesh, and two units that are not told apart. */
    private static final int PACKET_UNITS = TileFence.MESH | 6;

    /** Two rows where those of a far table arrive in turn. */
    static final int TABLE_ROW = Chip.WIDE_ROWS - 35;

    /** First row for the numbers and exponentials that tile 0 turns into weights. */
    static final int WEIGHTS_ROW = Chip.WIDE_ROWS - 9;

    /** Row of the weights of {@link #spread}. */
    static final int SPREAD_ROW = Chip.WIDE_ROWS - 8;

    private final ProgramBuilder program;
    private final SoftmaxPlan plan;
    private final Progress progress;
    private final int identityRow;
    private final List<Piece> tables;

    /** @param tables where far tables are kept, else empty */
    SoftmaxCode(ProgramBuilder program, SoftmaxPlan plan, Progress progress, int identityRow, List<Piece> tables) {
        this.program = program;
        this.plan = plan;
        this.progress = progress;
        this.identityRow = identityRow;
        this.tables = tables;
    }

    /** @param layer the fully connected layer in front */
    void emit(Head.Layer layer) {
        new SoftmaxMaximum(this, layer).emit();
        new SoftmaxExponentials(this).emit();
        new SoftmaxSum(this).emit();
        new SoftmaxQuotient(this).emit();
    }

    ProgramBuilder program() {
        return program;
    }

    SoftmaxPlan plan() {
        return plan;
    }

    Progress progress() {
        return progress;
    }

    /** Quarter row of the identity matrix. */
    int identity() {
        return 4 * identityRow;
    }

    boolean isIn(int tile) {
        return tile < plan.tiles();
    }

    /** An op over words of four lanes whose sums stay inside. */
    static Instruction op(Opcode opcode) {
        return Instruction.of(opcode)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.LANES, 3)
                .set(Op.LANES_LAST, 3)
                .setFloat(Op.MULTIPLIER, 1);
    }

    /** Results as they are. */
    static Instruction unclamped(Instruction op) {
        return op.setFloat(Op.CLAMP_MAX, Float.POSITIVE_INFINITY).setFloat(Op.CLAMP_MIN, Float.NEGATIVE_INFINITY);
    }

    /** Three outer loops that make one round. */
    static Loops.Builder thrice(Loops.Builder walk, int step) {
        return walk.step(step, 1).step(step, 1).step(step, 1);
    }

    /** Fences that let all tile counters begin at 0. */
    void clear(int fences) {
        for (int i = 0; i < fences; i++) {
            program.fence(ProgramBuilder.TILE_COUNTERS);
        }
        progress.clear();
    }

    /** Packets of tile 0 to each other tile, to the address they come from. */
    void tell(int word, int words, Packets.Rows rows) {
        Packets packets = new Packets(program, progress, rows);
        for (int tile = 1; tile < plan.tiles(); tile++) {
            packets.send(0, 1 << tile, word, words, word);
        }
        packetsDone();
    }

    void packetsDone() {
        program.meetUnits(PACKET_UNITS);
    }

    /**
     * An op on every tile that has numbers, with a row of a table in the scaling registers for every word of them.
     *
     * @param unit first one of the registers
     */
    void withTable(int table, int unit, IntFunction<Instruction> op) {
        if (plan.far()) {
            for (int tile = 0; tile < plan.tiles(); tile++) {
                program.add(store(tile));
            }
        }
        PerTile.add(program, tile -> isIn(tile) ? loadOf(table, unit, tile) : null);
        PerTile.add(program, tile -> isIn(tile) ? op.apply(tile) : null);
        if (plan.far()) {
            int row = tables.get(table).row();
            for (int tile = 0; tile < plan.tiles(); tile++) {
                program.add(send(tables.get(table).tile(), row, tile));
                row += plan.words(tile);
            }
        }
    }

    /** A fence; where tables came round the ring the scalar core waits for it too. */
    void clearBehindTable() {
        program.fence(ProgramBuilder.TILE_COUNTERS);
        if (plan.far()) {
            program.scalarFence(Chip.ALL_TILES, 0, 0).meet();
        }
        progress.clear();
    }

    private Instruction store(int tile) {
        Instruction store = Instruction.of(Opcode.RING_BUS_CONSUMER_1).set(TileInstruction.TILES, 1L << tile);
        RingBusConsumer.ROWS.set(
                store, Loops.from(TABLE_ROW).repeat(plan.words(tile)).window(0, 1));
        RingBusConsumer.WAITS.set(store, 0, Wait.room(TileCounter.WIDE_TO_SCALING, 0, -1, 1));
        RingBusConsumer.SIGNAL.set(store, 0);
        return store;
    }

    private Instruction send(int from, int row, int tile) {
        Instruction send = Instruction.of(Opcode.RING_BUS_PRODUCER)
                .set(TileInstruction.TILES, 1L << from)
                .set(RingBusProducer.KIND_B)
                .set(RingBusProducer.RECEIVERS, 1L << tile);
        int rows = plan.words(tile);
        RingBusProducer.ROWS.set(send, Loops.from(row).step(1, rows));
        RingBusProducer.WAITS.set(send, 0, Wait.data(TileCounter.RING_PRODUCER_B, 1, progress.nextPacketsB(rows), 1));
        RingBusProducer.SIGNAL_RING.set(send, 0);
        return send;
    }

    private Instruction loadOf(int table, int unit, int tile) {
        Instruction reader = ConvolutionCode.scaling();
        WideToNarrow.ROWS.set(
                reader,
                plan.far()
                        ? Loops.from(TABLE_ROW)
                                .step(1, 1)
                                .repeat(plan.words(tile))
                                .window(1, 1)
                        : Loops.from(plan.tableRow(table, tile)).step(1, 1).step(1, plan.words(tile)));
        WideToNarrow.WORDS.set(
                reader,
                Loops.from(unit)
                        .step(1, 2)
                        .step(Chip.SCALING_UNITS / 2, 1)
                        .repeat(plan.words(tile))
                        .window(2, Chip.SCALING_UNITS / 4));
        WideToNarrow.WAITS.set(reader, plan.far() ? 1 : 0, Wait.room(TileCounter.AVDATA, 2, -1, 1));
        if (plan.far()) {
            WideToNarrow.WAITS.set(reader, 0, Wait.data(TileCounter.RING_READ_B, 1, 1, 1));
        }
        return reader;
    }

    /** The identity, four numbers with registers of their own at a time. */
    Instruction byFours(int tile, int source, Loops.Builder outputs) {
        int words = plan.words(tile);
        Instruction op = op(Opcode.MULTIPLY_ACCUMULATE).set(Op.GROUP_LEVEL, 2);
        Op.rounds(op, 1, 2, words);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(4 * source).step(4, 1).repeat(2).step(4 * words, 1).step(4, words));
        Op.OUTPUTS.set(op, outputs);
        Op.WEIGHTS.set(op, Loops.from(identity()).repeat(2).repeat(words).window(1, 0));
        Op.SUMS.set(op, Loops.from(0).repeat(2).repeat(words).window(0, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.WIDE_TO_SCALING, 2, 1, 1));
        Op.WAITS.set(op, 1, Wait.data(TileCounter.NARROW_TO_WIDE, 3, 0, 1));
        Op.SIGNAL_OUTPUTS.set(op, 3);
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }

    /** One word, or two, to many on every tile: an op whose row of weights puts byte 0, or 16 bits, in both halves. */
    void spread(int source, int words, int target, int step) {
        Instruction op = unclamped(op(Opcode.MULTIPLY_ACCUMULATE)).set(TileInstruction.TILES, plan.mask());
        Op.rounds(op, 1, words);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(4 * source)
                        .step(4, 1)
                        .repeat(words)
                        .step(step, 1)
                        .repeat(1)
                        .step(step, 1)
                        .repeat(1)
                        .step(step, 1));
        Op.OUTPUTS.set(op, thrice(Loops.from(4 * target).step(4, words), 4 * words));
        Op.WEIGHTS.set(op, Loops.from(4 * SPREAD_ROW).step(4, 1).repeat(words));
        Op.SUMS.set(op, Loops.from(0).repeat(words).window(0, 256));
        program.add(op);
    }
}
