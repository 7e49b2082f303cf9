package org.tensorizer.dense;

import org.tensorizer.isa.Program;

import static org.tensorizer.model.Relocation.Half.LOWER;
import static org.tensorizer.model.Relocation.Half.UPPER;
import static org.tensorizer.model.Relocation.Kind.INPUT;
import static org.tensorizer.model.Relocation.Kind.OUTPUT;
import static org.tensorizer.model.Relocation.Kind.PARAMETER;
import static org.tensorizer.model.Relocation.Kind.SCRATCH;

import java.util.List;
import org.tensorizer.dense.ProgramBuilder.Clear;
import org.tensorizer.dense.ProgramBuilder.Dma;
import org.tensorizer.dense.ProgramBuilder.Report;

/**
 * The EXECUTION_ONLY program: one inference of one or several Dense layers whose parameters are on the chip. The input
 * is spread over the tiles, gathered on the tiles of the first layer, each layer is computed and its outputs are gathered
 * on the tiles of the next; those of the last go to the host, tile by tile.
 */
final class ExecutionProgram {
    private static final int OUTPUT_WORD_BYTES = 16;
    private static final int HOST_UNIT_BYTES = 8;

    private final ProgramBuilder program = new ProgramBuilder();
    private final List<PlacedLayer> layers;
    private final List<Quantization> quantizations;
    private final Partition input;
    private final Distribution distribution;

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
        prologue();
        takeInput();
        distribution.emit(program);
        program.fence().fence(Clear.TILE_COUNTERS).fence(Report.TO_SYNC).syncTiles();

        gather(input, distribution.sliceWord(), layers.get(0));
        compute(0);
        for (int i = 1; i < layers.size(); i++) {
            program.syncTiles().fence();
            PlacedLayer before = layers.get(i - 1);
            gather(before.outputs(), before.outputWord(), layers.get(i));
            compute(i);
        }
        program.syncTiles().fence(Report.TO_SYNC).syncTiles();

        giveOutput(layers.get(layers.size() - 1));
        epilogue();
        return program.build();
    }

    /** The addresses of parameters and scratch memory are loaded and, in Dense programs, never used. */
    private void prologue() {
        program.fence(Clear.ALL_BUT_BIT_0, Report.TO_SYNC).syncFirst();
        program.address(1, PARAMETER, LOWER).address(0, PARAMETER, UPPER);
        program.address(3, SCRATCH, LOWER).address(2, SCRATCH, UPPER);
        program.syncFlag(5).fence(Report.TO_SYNC).syncTiles().fenceBeforeInput();
    }

    private void takeInput() {
        int channels = input.channels();
        program.address(10, INPUT, UPPER).address(11, INPUT, LOWER);
        program.syncInput().syncFlag(1);
        program.add(Units.INPUT.infeed(Units.INPUT.of(channels)));
        program.copy(5, 11).copy(4, 10).copy(6, 5).copy(7, 4);
        program.descriptor(6, Dma.INPUT, hostBytes(channels));
    }

    private void gather(Partition channels, int sourceWord, PlacedLayer next) {
        Gather.emit(program, channels, sourceWord, next.outputs().mask());
        program.fence(Report.TO_SYNC).syncTiles();
        program.fence(Clear.TILE_COUNTERS).syncFlag(0).fence(Clear.TILE_COUNTERS);
    }

    private void compute(int index) {
        new LayerCode(layers.get(index), quantizations.get(index)).emit(program);
        program.fence(Clear.TILE_COUNTERS).fence(Clear.TILE_COUNTERS, Report.TO_SYNC);
    }

    /** One packet a tile, in the order of the channels; the host takes them in the order they are sent. */
    private void giveOutput(PlacedLayer last) {
        Partition outputs = last.outputs();
        program.address(10, OUTPUT, UPPER).address(11, OUTPUT, LOWER);
        program.copy(5, 11).copy(4, 10);
        for (OutputPart part : OutputPart.of(outputs)) {
            int words = PlacedLayer.words(part.channels());
            program.add(Ring.stage(last.outputWord(), words, WideMemory.RING, part.tiles()));
        }
        program.copy(6, 5).copy(7, 4);
        program.descriptor(6, Dma.OUTPUT, hostBytes(outputs.channels()));
        for (int tile = 0; tile < outputs.tiles(); tile++) {
            program.add(outfeed(outputs.channels(tile)));
            program.add(Ring.send(WideMemory.RING, 1 << tile, Ring.OUTFEED, program.nextPacket()));
        }
        program.fence(Clear.TILE_COUNTERS).syncOutput();
    }

    /** Whole 16-byte words of a packet, and 8 bytes more where they are needed. */
    private static Instruction outfeed(int channels) {
        int words = hostBytes(channels) / OUTPUT_WORD_BYTES;
        int rest = hostBytes(channels) % OUTPUT_WORD_BYTES;
        return Instruction.of(Variant.OUTFEED)
                .set("words.on", words > 0 ? 1 : 0)
                .set("words.limit", Math.max(words - 1, 0))
                .set("rest", rest > 0 ? 1 : 0);
    }

    private void epilogue() {
        program.fence(Clear.PACKETS, Report.TO_SYNC).syncTiles();
        program.fence(Report.AT_THE_END).syncTiles();
        program.zero(4).zero(5).interrupt(6, 5, 4);
    }

    /** Bytes that cross the wire: the host moves units of 8. */
    static int hostBytes(int channels) {
        return HOST_UNIT_BYTES * DenseShape.ceilDiv(channels, HOST_UNIT_BYTES);
    }
}
