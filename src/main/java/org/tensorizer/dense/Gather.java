package org.tensorizer.dense;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * All-gather: each tile that holds a slice sends it round the ring, each tile of the next layer puts the slices one
 * behind the other from narrow word 0 on, until it has all of them.
 *
 * <pre>
 * wideToNarrow       row where the packet arrived -> its place in narrow memory; waits for packet t
 * ringBusConsumer0   the packet into that row; waits until the words before it are through
 * ringBusProducer    the sender's row to all receivers; waits for its turn on the ring and for the row
 * narrowToWide       the slice into the sender's row; one row at a time
 * </pre>
 *
 * Source of the two rows: derived; the programs that use them equal the compiler's byte for byte.
 */
final class Gather {
    /** Row where a tile leaves its slice before it goes on the ring. */
    static final int OUT_ROW = 2074;

    /** Row where packets from the ring arrive, and where outputs wait for the outfeed. */
    static final int RING_ROW = 2078;

    private Gather() {}

    /**
     * @param channels as they are spread over the senders
     * @param sourceWord where each sender holds its slice in narrow memory
     * @param receivers mask of the tiles that want all channels
     * @param firstPacket number of the first packet since they were last cleared
     */
    static void emit(ProgramBuilder program, Partition channels, int sourceWord, int receivers, int firstPacket) {
        for (int tile = 0; tile < channels.tiles(); tile++) {
            int words = PlacedLayer.words(channels.channels(tile));
            int wordsBefore = PlacedLayer.words(channels.tileChannels()) * tile;
            program.add(unpack(wordsBefore, words, tile + 1, receivers));
            program.add(receive(wordsBefore, receivers));
            program.add(send(OUT_ROW, 1 << tile, receivers, firstPacket + tile));
            program.add(stage(sourceWord, words, OUT_ROW, 1 << tile));
        }
    }

    private static Instruction unpack(int word, int words, int packet, int receivers) {
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW)
                .set(TileInstruction.TILES, receivers)
                .set(WideToNarrow.PACK, 1);
        WideToNarrow.ROWS.set(reader, Loops.from(RING_ROW).single().window(1, 1));
        WideToNarrow.WORDS.set(reader, Loops.from(word).step(1, words));
        WideToNarrow.WAITS.set(reader, 0, Wait.data(TileCounter.RING_READ_A, 1, packet, 1));
        WideToNarrow.SIGNAL.set(reader, 0);
        return reader;
    }

    private static Instruction receive(int wordsBefore, int receivers) {
        Instruction store = Instruction.of(Opcode.RING_BUS_CONSUMER_0).set(TileInstruction.TILES, receivers);
        RingBusConsumer.ROWS.set(store, Loops.from(RING_ROW).single().window(1, 1));
        RingBusConsumer.WAITS.set(
                store, 0, Wait.room(TileCounter.WIDE_TO_NARROW, 1, wordsBefore - Chip.LANES, Chip.LANES));
        RingBusConsumer.SIGNAL.set(store, 1);
        return store;
    }

    /** Words of narrow memory into a row of wide memory, on each tile of the mask; one row at a time. */
    static Instruction stage(int word, int words, int row, int tiles) {
        Instruction reader = Instruction.of(Opcode.NARROW_TO_WIDE)
                .set(TileInstruction.TILES, tiles)
                .set(NarrowToWide.PACK, 1);
        NarrowToWide.WORDS.set(reader, Loops.from(word).step(1, words));
        NarrowToWide.ROWS.set(reader, Loops.from(row).single().window(1, 1));
        NarrowToWide.WAITS.set(reader, 0, Wait.room(TileCounter.RING_WRITE, 1, -1, 1));
        NarrowToWide.SIGNAL.set(reader, 1);
        return reader;
    }

    /** The row of one tile as packet number {@code packet} to the receivers. */
    static Instruction send(int row, int tile, int receivers, int packet) {
        Instruction send = Instruction.of(Opcode.RING_BUS_PRODUCER)
                .set(TileInstruction.TILES, tile)
                .set(RingBusProducer.RECEIVERS, receivers);
        RingBusProducer.ROWS.set(send, Loops.from(row).step(1, 1).window(1, 1));
        RingBusProducer.WAITS.set(send, 0, Wait.data(TileCounter.RING_PRODUCER_A, 2, packet, 1));
        RingBusProducer.WAITS.set(send, 1, Wait.data(TileCounter.NARROW_TO_WIDE, 1, 1, 1));
        RingBusProducer.SIGNAL.set(send, 1);
        RingBusProducer.SIGNAL_RING.set(send, 2);
        return send;
    }
}
