package org.tensorizer.compiler;

import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.Progress;
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
 * Up to 64 words of one tile to others round the ring. Who takes stands before who sends: unpack (wideToNarrow), store
 * (ringBusConsumer0), send (ringBusProducer), pack (narrowToWide); each waits for what it names since the last clearing
 * fence.
 *
 * <p>Source: derived, identical with compiled programs.
 *
 * @param rows of wide memory through which they go
 */
record Packets(ProgramBuilder program, Progress progress, Rows rows) {
    /** Where packets go through wide memory; where they are packed is four rows below where they arrive. */
    enum Rows {
        /** The highest. */
        HIGHEST(Chip.WIDE_ROWS - 3),

        /** Below those that a softmax has for weights, see {@link SoftmaxCode#WEIGHTS_ROW}. */
        BELOW_WEIGHTS(Chip.WIDE_ROWS - 11),

        /** Below those in which far tables of a softmax arrive, see {@link SoftmaxCode#TABLE_ROW}. */
        BELOW_TABLES(Chip.WIDE_ROWS - 37);

        /** First row where packets arrive. */
        final int store;

        /** First row where they are packed. */
        final int send;

        Rows(int store) {
            this.store = store;
            this.send = store - 4;
        }
    }

    /** @param receivers mask of tiles that have received alike so far */
    void send(int sender, int receivers, int source, int words, int destination) {
        DoesNotFitException.require(words <= Chip.LANES, "a packet of %d words, at most 64", words);
        int first = 31 - Integer.numberOfLeadingZeros(receivers);
        program.add(unpack(receivers, destination, words, progress.read(first) + 1));
        program.add(store(receivers, progress.words(first) - Chip.LANES));
        program.add(send(sender, receivers, progress.nextPacketA(), progress.rows(sender) + 1));
        program.add(pack(sender, source, words, progress.rows(sender) - 1));
        progress.packet(sender, receivers, words);
        program.pause();
    }

    private static Loops.Builder run(int base, int words) {
        return words > 1 ? Loops.from(base).step(1, words) : Loops.from(base).single();
    }

    private Instruction unpack(int tiles, int destination, int words, int packet) {
        Instruction reader = Instruction.of(Opcode.WIDE_TO_NARROW)
                .set(TileInstruction.TILES, tiles)
                .set(WideToNarrow.PACK, 1);
        WideToNarrow.ROWS.set(reader, Loops.from(rows.store).single().window(1, 1));
        WideToNarrow.WORDS.set(reader, run(destination, words));
        WideToNarrow.WAITS.set(reader, 0, Wait.data(TileCounter.RING_READ_A, 1, packet, 1));
        WideToNarrow.SIGNAL.set(reader, words > 1 ? 0 : 1);
        return reader;
    }

    private Instruction store(int tiles, int ahead) {
        Instruction store = Instruction.of(Opcode.RING_BUS_CONSUMER_0).set(TileInstruction.TILES, tiles);
        RingBusConsumer.ROWS.set(store, Loops.from(rows.store).single().window(1, 1));
        RingBusConsumer.WAITS.set(store, 0, Wait.room(TileCounter.WIDE_TO_NARROW, 1, ahead, Chip.LANES));
        RingBusConsumer.SIGNAL.set(store, 1);
        return store;
    }

    private Instruction send(int tile, int receivers, int packet, int row) {
        Instruction send = Instruction.of(Opcode.RING_BUS_PRODUCER)
                .set(TileInstruction.TILES, 1L << tile)
                .set(RingBusProducer.RECEIVERS, receivers);
        RingBusProducer.ROWS.set(send, Loops.from(rows.send).step(1, 1).window(1, 1));
        RingBusProducer.WAITS.set(send, 0, Wait.data(TileCounter.RING_PRODUCER_A, 2, packet, 1));
        RingBusProducer.WAITS.set(send, 1, Wait.data(TileCounter.NARROW_TO_WIDE, 1, row, 1));
        RingBusProducer.SIGNAL.set(send, 1);
        RingBusProducer.SIGNAL_RING.set(send, 2);
        return send;
    }

    private Instruction pack(int tile, int source, int words, int ahead) {
        Instruction pack = NarrowToWide.move(
                        run(source, words), Loops.from(rows.send).single().window(1, 1), 1)
                .set(TileInstruction.TILES, 1L << tile);
        NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.RING_WRITE, 1, ahead, 1));
        NarrowToWide.SIGNAL.set(pack, 1);
        return pack;
    }
}
