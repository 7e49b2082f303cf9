package org.tensorizer.conv;

import java.util.List;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Outfeed;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * One convolution: its parameters travel round the ring to all tiles while all tiles compute.
 *
 * <pre>
 * ringBusConsumer1            rows of weights into one of two halves, header rows in front; waits until the half was
 *                             used up (PARAMETERS). Depthwise, and from the host: ringBusConsumer0
 * wideToNarrow scaling        header rows of a group to the scaling registers; waits for the row, and until the results
 *                             of the group before the last are out (AVDATA, two sets of registers)
 * op                          {@link ConvolutionOp}
 * pop, outfeed                depthwise only: rows of 256 bytes come back over the loop-back, as rows of 16 bytes
 * ringBusProducer per piece   the rows of a tile that keeps some, in the order of pieces and layers (RING_PRODUCER_B)
 * infeed, pop                 instead of ringBusProducer, where the host sends the parameters in every inference
 * </pre>
 *
 * <p>Source: derived, byte-identical with compiled programs. Extrapolated: parameters from the host are put together from
 * the infeed of PARAMETER_CACHING programs, the stores of depthwise convolutions and the addresses of compiled input
 * strips; no real program at hand shows them.
 */
public record ConvolutionCode(
        ProgramBuilder program, ConvolutionPlan plan, PlacedImage source, PlacedImage target, Progress progress) {
    private static final int LOOP_BACK_ROW_WORDS = 4;

    private Convolution step() {
        return plan.step();
    }

    /** @param pieces where its parameters are kept, none where the host sends them */
    public void emit(List<Piece> pieces) {
        boolean first = step().depthwise() || pieces.isEmpty();
        int stored = first ? progress.storedA : progress.storedB;
        TileCounter arrived = first ? TileCounter.RING_READ_A : TileCounter.RING_READ_B;
        program.add(weights(first ? Opcode.RING_BUS_CONSUMER_0 : Opcode.RING_BUS_CONSUMER_1));
        if (step().headerRows() > 0) {
            program.add(scaling(arrived, stored));
        }
        ConvolutionOp op = new ConvolutionOp(plan, source, target, arrived, stored, progress.loads);
        PerTile.add(
                program,
                op::of,
                tile -> List.of(target.image().rows(tile) == 1, target.image().columns(tile) == 1));
        if (step().depthwise()) {
            loopBack();
        }
        if (pieces.isEmpty()) {
            fetch();
        }
        pieces.forEach(this::send);
        int passes = plan.passes() * plan.groups();
        progress.passes += passes;
        progress.results += plan.groups();
        progress.loads += step().headerRows() > 0 ? plan.groups() : 0;
        if (first) {
            progress.storedA += passes;
        } else {
            progress.storedB += passes;
        }
    }

    private Instruction weights(Opcode consumer) {
        int rows = plan.passRows();
        Instruction store = Instruction.of(consumer).set(TileInstruction.TILES, Chip.ALL_TILES);
        Loops.Builder walk = Loops.from(plan.weightsRow()).step(1, rows);
        if (plan.passes() > 1) {
            walk.repeat(plan.passes());
        }
        RingBusConsumer.ROWS.set(
                store, walk.repeat(1).repeat(plan.groups()).window(1, plan.isDoubleBuffered() ? rows : 0));
        int ahead = progress.passes - (plan.isDoubleBuffered() ? 1 : 0);
        RingBusConsumer.WAITS.set(store, 0, Wait.room(TileCounter.PARAMETERS, 1, ahead, 1));
        RingBusConsumer.SIGNAL.set(store, 1);
        int header = step().headerRows();
        if (header > 0) {
            store.set(RingBusConsumer.HEADER_ON)
                    .set(RingBusConsumer.HEADER_LEVEL, plan.passes() > 1 ? 2 : 1)
                    .set(RingBusConsumer.HEADER_BASE, plan.headerRow())
                    .set(RingBusConsumer.HEADER_LIMIT, header - 1L)
                    .set(RingBusConsumer.HEADER_END, plan.headerRow() + plan.buffers() * header - 1L)
                    .set(RingBusConsumer.HEADER_ROWS, header);
        }
        return store;
    }

    /** A reader of rows for the scaling registers. */
    public static Instruction scaling() {
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW)
                .set(WideToNarrow.TO_SCALING)
                .set(WideToNarrow.PACK, 1);
        WideToNarrow.SIGNAL.set(reader, 2);
        return reader;
    }

    /** Scales and biases; the zero points stay in their rows, where the op reads them. */
    private Instruction scaling(TileCounter arrived, int stored) {
        ParameterFormat format = step().format();
        int rows = (format.hasBias() ? 1 : 0) + (format.isPerChannel() ? 1 : 0);
        int units = step().depthwise() ? 2 : step().rowBytes() / Chip.SCALING_UNIT_BYTES;
        Instruction reader = scaling().set(TileInstruction.TILES, Chip.ALL_TILES);
        Loops.Builder walk = Loops.from(plan.headerRow()).step(1, rows).repeat(plan.groups());
        WideToNarrow.ROWS.set(reader, plan.isDoubleBuffered() ? walk.window(1, step().headerRows()) : walk);
        int base = format == ParameterFormat.PER_TENSOR_BIAS ? Chip.SCALING_UNITS / 2 : 0;
        WideToNarrow.WORDS.set(
                reader,
                Loops.from(base)
                        .step(1, units)
                        .step(Chip.SCALING_UNITS / 2, rows)
                        .repeat(plan.groups())
                        .window(2, Chip.SCALING_UNITS / 4));
        WideToNarrow.WAITS.set(reader, 0, Wait.data(arrived, 1, stored + 1, plan.passes()));
        WideToNarrow.WAITS.set(reader, 1, Wait.room(TileCounter.AVDATA, 2, progress.results - 1, 1));
        return reader;
    }

    private void loopBack() {
        int rows = plan.parameterRows();
        Instruction pop = Instruction.of(Opcode.POP)
                .set(Pop.TILES, Chip.ALL_TILES)
                .set(Pop.LOOP_BACK)
                .set(Pop.ROW_WORDS, LOOP_BACK_ROW_WORDS - 1L)
                .set(Pop.CONSTANT);
        Pop.UNITS.set(pop, Loops.stream(0, plan.loopedWords(), Chip.LOOP_BACK_WORDS, Chip.LOOP_BACK_WORDS));
        Pop.WAITS.set(pop, 0, Wait.scalar(ScalarCounter.RING_OUTFEED, 0, progress.looped + 1, 1));
        Pop.SIGNAL.set(pop, 0);
        Pop.SIGNAL_OTHER.set(pop, 1);
        program.add(pop);
        Instruction outfeed = Instruction.of(Opcode.OUTFEED).set(Outfeed.CONSTANT, 63);
        Outfeed.UNITS.set(
                outfeed,
                Loops.from(0).step(1, Chip.LOOP_BACK_WORDS).repeat(rows).window(1, Chip.LOOP_BACK_WORDS));
        int ahead = progress.popped - (2 * Chip.LOOP_BACK_WORDS - 1);
        Outfeed.WAITS.set(outfeed, 0, Wait.scalar(ScalarCounter.SCALAR_INFEED, 0, ahead, 1));
        Outfeed.SIGNAL.set(outfeed, 0);
        program.add(outfeed);
        progress.looped += Chip.LOOP_BACK_WORDS * rows;
        progress.popped += plan.loopedWords();
    }

    /** The parameters follow those that the host sent before; their address is in registers 0 and 1 since the prologue. */
    private void fetch() {
        int first = progress.fetched;
        int units = plan.payloadUnits();
        int offset = Math.multiplyExact(Chip.PARAMETER_UNIT_BYTES, first);
        if (offset > 0) {
            program.addressPlus(1, 0, offset, 5, 4);
        } else {
            program.move(5, 1).move(4, 0);
        }
        program.move(6, 5).move(7, 4).descriptor(6, Descriptor.PARAMETERS, offset, Chip.PARAMETER_UNIT_BYTES * units);
        program.add(ParameterCode.infeed(first, units));
        program.add(ParameterCode.pop(Chip.ALL_TILES, first, units, step().rowBytes()));
        progress.fetched += units;
    }

    private void send(Piece piece) {
        Instruction send = Instruction.of(Opcode.RING_BUS_PRODUCER)
                .set(TileInstruction.TILES, 1L << piece.tile())
                .set(RingBusProducer.KIND_B);
        if (step().depthwise()) {
            send.set(RingBusProducer.RECEIVERS, RingBusProducer.OUTFEED);
            RingBusProducer.ROWS.set(send, Loops.from(piece.row()).step(1, 1).step(1, piece.rows()));
            RingBusProducer.WAITS.set(send, 0, Wait.data(TileCounter.RING_PRODUCER_A, 1, progress.packetsA - 1, 1));
            RingBusProducer.WAITS.set(send, 1, Wait.data(TileCounter.RING_PRODUCER_B, 1, progress.packetsB, 1));
            RingBusProducer.SIGNAL_RING.set(send, 1);
            progress.packetsA += piece.rows();
        } else {
            send.set(RingBusProducer.RECEIVERS, Chip.ALL_TILES);
            RingBusProducer.ROWS.set(send, Loops.from(piece.row()).step(1, piece.rows()));
            RingBusProducer.WAITS.set(send, 0, Wait.data(TileCounter.RING_PRODUCER_B, 1, progress.packetsB, 1));
            RingBusProducer.SIGNAL_RING.set(send, 0);
        }
        progress.packetsB += piece.rows();
        program.add(send);
    }
}
