package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorizer.compiler.MeshLines.Run;
import org.tensorizer.conv.IdentityCode;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.Progress;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;

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
        List<Integer> senders = new ArrayList<>();
        for (int i = 1; i < Chip.GRID; i++) {
            int sender = lower ? receiver - i : receiver + i;
            if (sender >= 0 && sender < Chip.GRID) {
                senders.add(sender);
            }
        }
        return senders;
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
}
