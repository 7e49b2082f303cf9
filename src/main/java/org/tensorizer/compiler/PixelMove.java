package org.tensorizer.compiler;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * Moves words of pixels within a tile: narrowToWide packs them into rows of wide memory, as many pixels to a row as it takes, wideToNarrow
 * puts them where they belong. Source: derived, identical with four compiled programs.
 *
 * @param ring first of two rows of wide memory
 */
record PixelMove(int ring) {
    /**
     * Pixels of one tile, some words of each.
     *
     * @param source first word
     * @param width pixels of a row
     * @param words of each pixel
     * @param step words from one pixel to the next
     */
    record Pixels(int source, int pixels, int width, int words, int step) {
        /** Pixels that share a row of wide memory: whole rows, or a whole part of a row. */
        int perRow() {
            int most = 1;
            for (int q = 2; q <= pixels && q * words <= Chip.LANES; q++) {
                if (pixels % q == 0 && (q % width == 0 || width % q == 0)) {
                    most = q;
                }
            }
            return most;
        }
    }

    /** Moves pixels within a tile to rows of pixels that are {@code pitch} words apart. */
    void local(MeshLines lines, int line, int tile, Pixels pixels, int to, int pitch, int wait) {
        Instruction pack = Instruction.of(Opcode.NARROW_TO_WIDE);
        Instruction unpack = Instruction.of(Opcode.WIDE_TO_NARROW);
        WideToNarrow.WAITS.set(unpack, 0, Wait.data(TileCounter.NARROW_TO_WIDE, 0, wait, 1));
        NarrowToWide.SIGNAL.set(pack, 0);
        if (pixels.words() > Chip.LANES) {
            wide(pixels, to, pack, unpack);
        } else {
            packPixels(pixels, pack);
            unpackPixels(pixels, to, pitch, unpack);
        }
        lines.local(line, tile, pack, unpack);
    }

    private Loops.Builder ring(int rows) {
        return Loops.from(ring).repeat(rows).window(0, 1);
    }

    /** Several rows of wide memory to a pixel. */
    private void wide(Pixels pixels, int to, Instruction pack, Instruction unpack) {
        int words = pixels.words();
        int chunk = Chip.LANES;
        while (words % chunk != 0) {
            chunk--;
        }
        int rows = pixels.pixels() * words / chunk;
        Loops.Builder source = Loops.from(pixels.source())
                .step(1, chunk)
                .step(chunk, words / chunk)
                .stepIfSeveral(pixels.step(), pixels.pixels());
        NarrowToWide.WORDS.set(pack.set(NarrowToWide.PACK, 1), source);
        NarrowToWide.ROWS.set(pack, ring(rows));
        NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.WIDE_TO_NARROW, 0, -1, 1));
        WideToNarrow.ROWS.set(unpack.set(WideToNarrow.PACK, 1), ring(rows));
        WideToNarrow.WORDS.set(unpack, Loops.from(to).step(1, chunk).step(chunk, rows));
        WideToNarrow.SIGNAL.set(unpack, 1);
    }

    private void packPixels(Pixels pixels, Instruction pack) {
        int q = pixels.perRow();
        int words = pixels.words();
        int rows = pixels.pixels() / q;
        Loops.Builder source = Loops.from(pixels.source());
        boolean closed = pixels.step() == words;
        if (closed) {
            source.step(1, q * words);
        } else {
            source.step(1, words).stepIfSeveral(pixels.step(), q);
        }
        if (rows > 1) {
            source.step(q * pixels.step(), rows);
            NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.WIDE_TO_NARROW, 0, -1, 1));
        }
        NarrowToWide.WORDS.set(pack.set(NarrowToWide.PACK, q > 1 && !closed ? 2 : 1), source);
        NarrowToWide.ROWS.set(pack, rows > 1 ? ring(rows) : Loops.from(ring).step(1, 1));
    }

    private void unpackPixels(Pixels pixels, int to, int pitch, Instruction unpack) {
        int q = pixels.perRow();
        int words = pixels.words();
        int width = pixels.width();
        int rows = pixels.pixels() / q;
        Loops.Builder walk = Loops.from(to);
        int pack = 1;
        if (pitch == width * words) {
            walk.step(1, q * words).stepIfSeveral(q * words, rows);
        } else if (q <= width) {
            walk.step(1, q * words).stepIfSeveral(q * words, width / q).stepIfSeveral(pitch, pixels.pixels() / width);
        } else {
            walk.step(1, width * words).step(pitch, q / width).stepIfSeveral(q / width * pitch, rows);
            pack = 2;
        }
        WideToNarrow.ROWS.set(unpack, rows > 1 ? ring(rows) : Loops.from(ring).step(1, 1));
        WideToNarrow.WORDS.set(unpack.set(WideToNarrow.PACK, pack), walk);
        WideToNarrow.SIGNAL.set(unpack, Math.min(pack, walk.loops() - 1));
    }
}
