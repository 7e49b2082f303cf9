package org.tensorizer.conv;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Outfeed;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.Scalar.Descriptor;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.model.Relocation.Half;
import org.tensorizer.model.Relocation.Kind;

/**
 * The result to the host: every tile packs its part into rows of wide memory, two at a time, and sends them in the order
 * of the tiles, which is the order in which the host gets them.
 *
 * <p>Source: derived, byte-identical with compiled programs.
 */
public final class ResultCode {
    /** Two rows that nothing else uses. */
    public static final int ROW = Chip.WIDE_ROWS - 2;

    private ResultCode() {}

    /**
     * A whole image.
     *
     * @param packets of kind A that were sent before
     * @param name of the output, empty where there is one
     */
    static void emit(ProgramBuilder program, PlacedImage result, int packets, String name) {
        start(program, name);
        PerTile.add(program, tile -> pack(result, tile));
        describe(program, bytes(result.image()));
        for (int tile = 0; tile < Chip.TILES; tile++) {
            int bytes = tileBytes(result.image(), tile);
            program.add(outfeed(bytes));
            Loops.Builder rows = Loops.from(ROW).step(1, 1).repeat(wideRows(result.image(), tile));
            program.add(send(tile, rows, packets + tile));
        }
    }

    /** Loads the address of an output. */
    public static void start(ProgramBuilder program, String name) {
        program.address(10, Kind.OUTPUT, Half.UPPER, name)
                .address(11, Kind.OUTPUT, Half.LOWER, name)
                .move(5, 11)
                .move(4, 10);
    }

    /** Hands over the descriptor of so many bytes. */
    public static void describe(ProgramBuilder program, int bytes) {
        program.move(6, 5).move(7, 4).descriptor(6, Descriptor.OUTPUT, bytes);
    }

    private static Instruction pack(PlacedImage result, int tile) {
        int pixel = result.image().pixelWords();
        Instruction pack = NarrowToWide.move(
                Loops.from(result.pixel(tile, 0, 0))
                        .step(1, pixel)
                        .step(pixel, result.image().columns(tile))
                        .step(result.image().pitch(tile), result.image().rows(tile)),
                Loops.from(ROW).repeat(wideRows(result.image(), tile)).window(0, 1),
                3);
        NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.RING_WRITE, 0, -1, 1));
        NarrowToWide.SIGNAL.set(pack, 0);
        return pack;
    }

    /** What the host takes from one tile, in units of 8 bytes. */
    public static Instruction outfeed(int bytes) {
        Instruction outfeed =
                Instruction.of(Opcode.OUTFEED).set(Outfeed.CONSTANT, 63).set(Outfeed.TO_HOST);
        Outfeed.UNITS.set(outfeed, Loops.from(0).repeat(bytes / 8));
        Outfeed.SIGNAL.set(outfeed, 1);
        return outfeed;
    }

    /** Rows of a tile, which are packet number {@code packet} together. */
    public static Instruction send(int tile, Loops.Builder rows, int packet) {
        Instruction send = Instruction.of(Opcode.RING_BUS_PRODUCER)
                .set(TileInstruction.TILES, 1L << tile)
                .set(RingBusProducer.RECEIVERS, RingBusProducer.OUTFEED);
        RingBusProducer.ROWS.set(send, rows.window(1, 1));
        RingBusProducer.WAITS.set(send, 0, Wait.data(TileCounter.RING_PRODUCER_A, 2, packet, 1));
        RingBusProducer.WAITS.set(send, 1, Wait.data(TileCounter.NARROW_TO_WIDE, 1, 1, 1));
        RingBusProducer.SIGNAL.set(send, 1);
        RingBusProducer.SIGNAL_RING.set(send, 2);
        return send;
    }

    private static int wideRows(Image image, int tile) {
        return Arithmetic.ceilDiv(4L * image.pixels(tile) * image.pixelWords(), Chip.ROW_BYTES);
    }

    /** Bytes that a tile sends: its part in units of 8. */
    public static int tileBytes(Image image, int tile) {
        return Arithmetic.roundUp(4 * image.pixels(tile) * image.pixelWords(), 8);
    }

    /** Bytes of the output. */
    public static int bytes(Image image) {
        int bytes = 0;
        for (int tile = 0; tile < Chip.TILES; tile++) {
            bytes += tileBytes(image, tile);
        }
        return bytes;
    }
}
