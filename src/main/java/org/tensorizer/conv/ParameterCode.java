package org.tensorizer.conv;

import static org.tensorizer.model.Relocation.Half.LOWER;
import static org.tensorizer.model.Relocation.Half.UPPER;
import static org.tensorizer.model.Relocation.Kind.PARAMETER;

import java.util.List;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Infeed;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;

/**
 * The PARAMETER_CACHING program: brings the payload into the rows of wide memory that keep it. Part by part of the payload
 * the stores of all its pieces, then the pops that feed them; the payload is one stream of units of 64 bytes.
 *
 * <p>Source: derived, byte-identical with compiled programs.
 */
public final class ParameterCode {
    private static final int UNIT = Chip.PARAMETER_UNIT_BYTES;

    private ParameterCode() {}

    /**
     * A part of the payload: rows of one length.
     *
     * @param rowBytes bytes of a row
     * @param units of 64 bytes; the last row of the last piece may have fewer
     * @param inPlace whether they are used where they are kept, else broadcast at run time
     * @param rows where they go, in the order of the payload
     */
    public record Part(int rowBytes, int units, boolean inPlace, List<Rows> rows) {
        public Part {
            rows = List.copyOf(rows);
        }

        /** Rows that are used where they are kept. */
        public static Part inPlace(int rowBytes, List<Rows> rows) {
            int total = rows.stream().mapToInt(Rows::total).sum();
            return new Part(rowBytes, total * rowBytes / UNIT, true, rows);
        }
    }

    /**
     * Rows of one tile.
     *
     * @param headers rows in front of them that the op does not count
     */
    public record Rows(int tile, int first, int count, int headers) {
        /** Without headers. */
        public Rows(int tile, int first, int count) {
            this(tile, first, count, 0);
        }

        private int total() {
            return headers + count;
        }
    }

    /** The part of a convolution whose rows are kept in these pieces. */
    public static Part part(ConvolutionPlan plan, List<ParameterPlaces.Piece> pieces) {
        return new Part(
                plan.step().rowBytes(),
                plan.payloadUnits(),
                false,
                pieces.stream()
                        .map(piece -> new Rows(piece.tile(), piece.row(), piece.rows()))
                        .toList());
    }

    /** @return the program for all parts */
    public static Program of(List<Part> parts) {
        int units = parts.stream().mapToInt(Part::units).sum();
        ProgramBuilder program = new ProgramBuilder();
        program.meetFirst(ProgramBuilder.ALL_COUNTERS | ProgramBuilder.BIT_0);
        program.address(1, PARAMETER, LOWER).address(0, PARAMETER, UPPER);
        program.move(3, 1).move(2, 0).move(4, 3).move(5, 2);
        program.descriptor(4, Descriptor.PARAMETERS, UNIT * units);
        program.add(infeed(0, units));
        int unit = 0;
        for (Part part : parts) {
            part.rows().forEach(rows -> program.add(store(rows, part.inPlace() && rows.count() == 1)));
            int left = part.units();
            for (Rows rows : part.rows()) {
                int mine = Math.min(left, rows.total() * part.rowBytes() / UNIT);
                program.add(pop(1 << rows.tile(), unit, mine, part.rowBytes()));
                unit += mine;
                left -= mine;
            }
        }
        program.meetLast(ProgramBuilder.BIT_0);
        program.interrupt(2, 3, 4);
        return program.build();
    }

    /**
     * Units from the host to the buffer of parameters.
     *
     * @param first how many came before
     */
    static Instruction infeed(int first, int units) {
        Instruction infeed = Instruction.of(Opcode.INFEED);
        Infeed.UNITS.set(infeed, stream(first, units));
        int ahead = Math.min(units, 2 * Chip.PARAMETER_UNITS);
        Infeed.WAITS.set(infeed, 0, Wait.scalar(ScalarCounter.PARAMETER_INFEED, 0, first + 1 - ahead, 1));
        Infeed.SIGNAL.set(infeed, 0);
        return infeed;
    }

    private static Instruction store(Rows rows, boolean single) {
        Instruction store = Instruction.of(Opcode.RING_BUS_CONSUMER_0)
                .set(TileInstruction.TILES, 1L << rows.tile())
                .set(RingBusConsumer.PARAMETERS);
        Loops.Builder walk = Loops.from(rows.first());
        RingBusConsumer.ROWS.set(store, single ? walk.single() : walk.step(1, rows.count()));
        if (rows.headers() > 0) {
            store.set(RingBusConsumer.HEADER_ON)
                    .set(RingBusConsumer.HEADER_BASE, (long) rows.first() - rows.headers())
                    .set(RingBusConsumer.HEADER_LIMIT, rows.headers() - 1L)
                    .set(RingBusConsumer.HEADER_END, rows.first() - 1L)
                    .set(RingBusConsumer.HEADER_ROWS, rows.headers());
        }
        return store;
    }

    /** The same units round the buffer. */
    private static Loops.Builder stream(int first, int units) {
        int base = first % (2 * Chip.PARAMETER_UNITS);
        return units == 1 // no pass with a tail
                ? Loops.from(base).step(1, 1).window(1, Chip.PARAMETER_UNITS)
                : Loops.stream(base, units, Chip.PARAMETER_UNITS, Chip.PARAMETER_UNITS);
    }

    /**
     * Units from the buffer of parameters to ring consumer 0 of some tiles, cut into rows.
     *
     * @param tiles mask
     * @param first how many were popped before
     */
    static Instruction pop(int tiles, int first, int units, int rowBytes) {
        Instruction pop = Instruction.of(Opcode.POP)
                .set(Pop.TILES, tiles)
                .set(Pop.ROW_WORDS, rowBytes / 4 - 1L)
                .set(Pop.CONSTANT);
        Pop.UNITS.set(pop, stream(first, units));
        Pop.WAITS.set(pop, 0, Wait.scalar(ScalarCounter.PARAMETER_POP, 0, first + 1, 1));
        Pop.SIGNAL.set(pop, 0);
        return pop;
    }
}
