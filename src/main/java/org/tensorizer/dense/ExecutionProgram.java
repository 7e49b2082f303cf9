package org.tensorizer.dense;

import static org.tensorizer.model.Relocation.Half.LOWER;
import static org.tensorizer.model.Relocation.Half.UPPER;
import static org.tensorizer.model.Relocation.Kind.INPUT;
import static org.tensorizer.model.Relocation.Kind.OUTPUT;

import java.util.List;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Outfeed;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;

/**
 * The EXECUTION_ONLY program: one inference of one or several Dense layers whose parameters are on the chip. The input
 * is spread over the tiles, gathered on the tiles of the first layer, each layer is computed and its outputs are gathered
 * on the tiles of the next; those of the last go to the host, tile by tile.
 */
final class ExecutionProgram {
    private final ProgramBuilder program = new ProgramBuilder();
    private final List<PlacedLayer> layers;
    private final List<Quantization> quantizations;
    private final Partition input;
    private final Distribution distribution;
    private int packets;

    private ExecutionProgram(List<PlacedLayer> layers, List<Quantization> quantizations) {
        this.layers = layers;
        this.quantizations = quantizations;
        input = layers.get(0).shape().inputPartition();
        distribution = new Distribution(input);
    }

    static Program of(List<PlacedLayer> layers, List<Quantization> quantizations) {
        return new ExecutionProgram(layers, quantizations).assemble();
    }

    private Program assemble() {
        program.begin().fence(0, TileFence.NARROW_TO_WIDE);
        takeInput();
        distribution.emit(program);
        program.fence().fence(ProgramBuilder.TILE_COUNTERS).meet();

        gather(input, input.sliceWord(), layers.get(0));
        compute(0);
        for (int i = 1; i < layers.size(); i++) {
            program.fence();
            PlacedLayer before = layers.get(i - 1);
            gather(before.outputs(), before.outputWord(), layers.get(i));
            compute(i);
        }
        program.meet();

        giveOutput(layers.get(layers.size() - 1));
        epilogue();
        return program.build();
    }

    private void takeInput() {
        int channels = input.channels();
        program.address(10, INPUT, UPPER).address(11, INPUT, LOWER);
        program.openInput();
        program.add(distribution.infeed());
        program.move(5, 11).move(4, 10).move(6, 5).move(7, 4);
        program.descriptor(6, Descriptor.INPUT, hostBytes(channels));
    }

    private void gather(Partition channels, int sourceWord, PlacedLayer next) {
        Gather.emit(program, channels, sourceWord, next.outputs().mask(), packets);
        packets += channels.tiles();
        program.meet();
        program.fence(ProgramBuilder.TILE_COUNTERS);
        program.scalarFence(0, 0, 0);
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    private void compute(int index) {
        layers.get(index).compute(program, quantizations.get(index));
        program.fence(ProgramBuilder.TILE_COUNTERS).meet(ProgramBuilder.TILE_COUNTERS);
    }

    /** One packet a tile, in the order of the channels; the host takes them in the order they are sent. */
    private void giveOutput(PlacedLayer last) {
        Partition outputs = last.outputs();
        program.address(10, OUTPUT, UPPER).address(11, OUTPUT, LOWER);
        program.move(5, 11).move(4, 10);
        for (PlacedLayer.Part part : last.parts()) {
            int words = PlacedLayer.words(part.channels());
            program.add(Gather.stage(last.outputWord(), words, Gather.RING_ROW, part.tiles()));
        }
        program.move(6, 5).move(7, 4);
        program.descriptor(6, Descriptor.OUTPUT, hostBytes(outputs.channels()));
        for (int tile = 0; tile < outputs.tiles(); tile++) {
            program.add(outfeed(Distribution.units(outputs.channels(tile))));
            program.add(Gather.send(Gather.RING_ROW, 1 << tile, RingBusProducer.OUTFEED, packets++));
        }
        program.fence(ProgramBuilder.TILE_COUNTERS).packets(packets);
    }

    /** The packet of one tile, in units of 8 bytes. */
    private static Instruction outfeed(int units) {
        Instruction outfeed =
                Instruction.of(Opcode.OUTFEED).set(Outfeed.TO_HOST).set(Outfeed.CONSTANT, Outfeed.CONSTANT.max());
        Loops.Builder walk = Loops.from(0);
        Outfeed.UNITS.set(outfeed, units == 1 ? walk.single() : walk.repeat(units));
        Outfeed.SIGNAL.set(outfeed, 1);
        return outfeed;
    }

    private void epilogue() {
        program.meet(TileFence.bit(TileCounter.RING_PRODUCER_A));
        program.meetLast(0);
        program.interrupt(4, 5, 6);
    }

    /** Bytes that cross the wire: the host moves whole units. */
    private static int hostBytes(int channels) {
        return Chip.INPUT_UNIT_BYTES * Distribution.units(channels);
    }
}
