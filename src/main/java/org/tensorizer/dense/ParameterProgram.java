package org.tensorizer.dense;

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
 * The PARAMETER_CACHING program: brings the payload of one or several layers into the wide memory of their tiles. Layer
 * by layer the stores of all tiles, then the pops that feed them; the payload is one stream over all layers.
 */
final class ParameterProgram {
    private ParameterProgram() {}

    static Program of(List<PlacedLayer> layers) {
        int bytes =
                layers.stream().mapToInt(layer -> layer.shape().payloadBytes()).sum();
        ProgramBuilder program = new ProgramBuilder();
        program.meetFirst(ProgramBuilder.ALL_COUNTERS | ProgramBuilder.BIT_0);
        program.address(1, PARAMETER, LOWER).address(0, PARAMETER, UPPER);
        program.move(3, 1).move(2, 0).move(4, 3).move(5, 2);
        program.descriptor(4, Descriptor.PARAMETERS, bytes);
        program.add(infeed(bytes));

        int unit = 0;
        for (PlacedLayer layer : layers) {
            int units = units(layer.shape().payloadBytesPerTile());
            int tiles = layer.outputs().tiles();
            for (int tile = 0; tile < tiles; tile++) {
                program.add(store(layer, 1 << tile));
            }
            for (int tile = 0; tile < tiles; tile++) {
                program.add(pop(unit, units, 1 << tile, layer.shape().rowBytes()));
                unit += units;
            }
        }

        program.meetLast(ProgramBuilder.BIT_0);
        return program.interrupt(2, 3, 4).build();
    }

    private static int units(int bytes) {
        return DenseShape.ceilDiv(bytes, Chip.PARAMETER_UNIT_BYTES);
    }

    /** The payload may fill the buffer ahead of the pops. */
    private static Instruction infeed(int bytes) {
        int units = units(bytes);
        Instruction infeed = Instruction.of(Opcode.INFEED);
        Infeed.UNITS.set(infeed, Loops.stream(0, units, Chip.PARAMETER_UNITS, Chip.PARAMETER_UNITS));
        int ahead = Math.min(units, 2 * Chip.PARAMETER_UNITS) - 1;
        Infeed.WAITS.set(infeed, 0, Wait.scalar(ScalarCounter.PARAMETER_INFEED, 0, -ahead, 1));
        Infeed.SIGNAL.set(infeed, 0);
        return infeed;
    }

    private static Instruction pop(int first, int units, int tiles, int rowBytes) {
        Instruction pop = Instruction.of(Opcode.POP)
                .set(Pop.TILES, tiles)
                .set(Pop.ROW_WORDS, rowBytes / Chip.WORD_BYTES - 1L)
                .set(Pop.CONSTANT);
        int base = first % (2 * Chip.PARAMETER_UNITS);
        Pop.UNITS.set(pop, Loops.stream(base, units, Chip.PARAMETER_UNITS, Chip.PARAMETER_UNITS));
        Pop.WAITS.set(pop, 0, Wait.scalar(ScalarCounter.PARAMETER_POP, 0, first + 1, 1));
        Pop.SIGNAL.set(pop, 0);
        return pop;
    }

    /** Header rows first, then the weight rows of each group, one row after the other. */
    private static Instruction store(PlacedLayer layer, int tile) {
        int groups = layer.outputs().groupsPerTile();
        int rows = layer.shape().weightRowsPerGroup();
        int header = layer.shape().format().headerRows();
        Instruction store = Instruction.of(Opcode.RING_BUS_CONSUMER_0)
                .set(TileInstruction.TILES, tile)
                .set(RingBusConsumer.PARAMETERS);
        Loops.Builder walk = Loops.from(layer.firstRow() + header);
        if (rows > 1 && groups > 1) {
            walk.step(1, rows).step(rows, groups);
        } else if (rows * groups > 1) {
            walk.step(1, rows * groups);
        } else {
            walk.single();
        }
        RingBusConsumer.ROWS.set(store, walk);
        if (header > 0) {
            store.set(RingBusConsumer.HEADER_ON)
                    .set(RingBusConsumer.HEADER_BASE, layer.firstRow())
                    .set(RingBusConsumer.HEADER_LIMIT, header - 1L)
                    .set(RingBusConsumer.HEADER_END, layer.firstRow() + header - 1L)
                    .set(RingBusConsumer.HEADER_ROWS, header);
        }
        return store;
    }
}
