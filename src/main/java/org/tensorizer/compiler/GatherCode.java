package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorizer.compiler.MeshLines.Run;
import org.tensorizer.conv.IdentityCode;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.Progress;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * From an image split by pixels to one split by channels: every tile gets some channels of all pixels, over the mesh.
 *
 * <pre>
 * identity   once more
 * rows       within a column of tiles: the channels of a row of tiles, of all pixels of the column -> tower
 *            own pixels by narrowToWide and wideToNarrow, then down (meshBus0), then up (meshBus2)
 * columns    within a row of tiles: the channels of a tile, of all pixels -> gathered
 *            own pixels, then to the right (meshBus3), then to the left (meshBus1)
 * </pre>
 *
 * <p>Source: derived, identical with four compiled programs.
 */
final class GatherCode {
    private final ProgramBuilder program;
    private final GatherPlan plan;
    private final Progress progress;
    private final Image image;
    private final PixelMove move;
    private final Map<Opcode, Integer> relay;

    GatherCode(ProgramBuilder program, GatherPlan plan, Progress progress) {
        this.program = program;
        this.plan = plan;
        this.progress = progress;
        this.image = plan.image().image();
        this.move = new PixelMove(plan.ring());
        this.relay = Map.of(
                Opcode.MESH_BUS_2, plan.relay(0),
                Opcode.MESH_BUS_0, plan.relay(1),
                Opcode.MESH_BUS_1, plan.relay(2),
                Opcode.MESH_BUS_3, plan.relay(3));
    }

    void emit() {
        program.fence(ProgramBuilder.TILE_COUNTERS);
        progress.clear();
        IdentityCode.again(program, plan.identityWords(), plan.identityRow());
        Arrays.fill(progress.blocks(TileCounter.MESH_SOUTH_IN), 1); // the last word of the identity
        rows();
        program.fence(ProgramBuilder.TILE_COUNTERS);
        progress.clear();
        columns();
        program.fence(ProgramBuilder.TILE_COUNTERS);
        progress.clear();
    }

    private void rows() {
        MeshLines own = new MeshLines(progress, relay, tile -> tile / Chip.GRID);
        for (int row = 0; row < Chip.GRID && plan.slice(row) > 0; row++) {
            for (int column = 0; column < Chip.GRID; column++) {
                int tile = Chip.GRID * row + column;
                int width = image.columns(tile);
                int words = plan.slice(row);
                move.local(
                        own,
                        column,
                        tile,
                        new PixelMove.Pixels(slice(row), image.pixels(tile), width, words, image.pixelWords()),
                        plan.tower().base() + image.firstRow(tile) * width * words,
                        width * words,
                        2);
            }
        }
        own.emit(program);
        rows(Opcode.MESH_BUS_0);
        rows(Opcode.MESH_BUS_2);
    }

    /** Words of the tile's pixels that go to a row of tiles. */
    private int slice(int row) {
        return plan.image().base() + Chip.GRID * plan.unit() * row;
    }

    private void rows(Opcode mesh) {
        MeshLines lines = new MeshLines(progress, relay, tile -> tile / Chip.GRID);
        for (int row = 0; row < Chip.GRID && plan.slice(row) > 0; row++) {
            for (int column = 0; column < Chip.GRID; column++) {
                for (int sender : senders(mesh == Opcode.MESH_BUS_0, row)) {
                    int tile = Chip.GRID * sender + column;
                    int words = plan.slice(row);
                    int pixels = image.pixels(tile);
                    Run source = words == image.pixelWords()
                            ? Run.of(slice(row), pixels * words)
                            : pixels == 1
                                    ? Run.of(slice(row), words)
                                    : Run.of(slice(row), words, image.pixelWords(), pixels);
                    int to = plan.tower().base() + image.firstRow(tile) * image.columns(tile) * words;
                    lines.transfer(
                            column, mesh, path(sender, row, Chip.GRID, column), source, Run.of(to, pixels * words));
                }
            }
        }
        lines.emit(program);
    }

    /** Nearest first: those at lower places, or those at higher ones. */
    private static List<Integer> senders(boolean lower, int receiver) {
        return IntStream.range(1, Chip.GRID)
                .map(i -> lower ? receiver - i : receiver + i)
                .filter(sender -> sender >= 0 && sender < Chip.GRID)
                .boxed()
                .toList();
    }

    /** Tiles from one place of a line to another, which are {@code step} apart from tile {@code first} on. */
    private static List<Integer> path(int from, int to, int step, int first) {
        List<Integer> path = new ArrayList<>();
        for (int at = from; ; at += Integer.signum(to - from)) {
            path.add(first + step * at);
            if (at == to) {
                return path;
            }
        }
    }

    private void columns() {
        MeshLines lines = new MeshLines(progress, relay, tile -> tile % Chip.GRID);
        for (int row = 0; row < Chip.GRID; row++) {
            for (int column = 0; column < Chip.GRID; column++) {
                int tile = Chip.GRID * row + column;
                int words = plan.width(tile);
                if (words > 0) {
                    int width = image.columns(tile);
                    move.local(
                            lines,
                            row,
                            tile,
                            new PixelMove.Pixels(part(column), image.height() * width, width, words, plan.slice(row)),
                            plan.gathered().base() + image.firstColumn(tile) * words,
                            image.width() * words,
                            1);
                    across(lines, Opcode.MESH_BUS_3, row, column);
                }
            }
        }
        lines.emit(program);
        for (int row = 0; row < Chip.GRID; row++) {
            for (int column = 0; column < Chip.GRID; column++) {
                if (plan.width(Chip.GRID * row + column) > 0) {
                    across(lines, Opcode.MESH_BUS_1, row, column);
                }
            }
        }
        lines.emit(program);
    }

    /** Words of the tower that go to a column of tiles. */
    private int part(int column) {
        return plan.tower().base() + plan.unit() * column;
    }

    private void across(MeshLines lines, Opcode mesh, int row, int column) {
        int words = plan.width(Chip.GRID * row + column);
        int slice = plan.slice(row);
        for (int sender : senders(mesh == Opcode.MESH_BUS_3, column)) {
            int width = image.columns(sender);
            int pixels = image.height() * width;
            Run source =
                    words < slice ? Run.of(part(column), words, slice, pixels) : Run.of(part(column), pixels * words);
            Run destination = Run.of(
                    plan.gathered().base() + image.firstColumn(sender) * words,
                    width * words,
                    image.width() * words,
                    image.height());
            lines.transfer(row, mesh, path(sender, column, 1, Chip.GRID * row), source, destination);
        }
    }

    /**
     * Moves words of pixels within a tile: narrowToWide packs them into rows of wide memory, as many pixels to a row as it
     * takes, wideToNarrow puts them where they belong. Source: derived, identical with four compiled programs.
     *
     * @param ring first of two rows of wide memory
     */
    private record PixelMove(int ring) {
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
                walk.step(1, q * words)
                        .stepIfSeveral(q * words, width / q)
                        .stepIfSeveral(pitch, pixels.pixels() / width);
            } else {
                walk.step(1, width * words).step(pitch, q / width).stepIfSeveral(q / width * pitch, rows);
                pack = 2;
            }
            WideToNarrow.ROWS.set(
                    unpack, rows > 1 ? ring(rows) : Loops.from(ring).step(1, 1));
            WideToNarrow.WORDS.set(unpack.set(WideToNarrow.PACK, pack), walk);
            WideToNarrow.SIGNAL.set(unpack, Math.min(pack, walk.loops() - 1));
        }
    }
}
