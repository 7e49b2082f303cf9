package org.tensorizer.conv;

import java.util.OptionalInt;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/**
 * Borders of the parts from the neighbouring tiles: first rows up (meshBus2) and down (meshBus0), then columns to the left
 * (meshBus1) and to the right (meshBus3) with the corners that came with the rows. Where there is no neighbour the border
 * is filled with the zero point.
 *
 * <p>A block is what 64 channels of the area have, so that a border travels while the op before computes the next 64
 * (AVDATA); columns wait for the corners of their rows (MESH_NORTH_IN, MESH_SOUTH_IN). Source: derived, byte-identical
 * with compiled programs.
 */
final class HaloCode {
    /** Words of 64 channels. */
    private static final int CHUNK = 16;

    private final ProgramBuilder program;
    private final PlacedImage image;
    private final Axis.Reading rows;
    private final Axis.Reading columns;
    private final int fill;
    private final Progress progress;
    private final OptionalInt computed;
    private final int results;
    private final int[] before;
    private final int[] after;

    /** Which way data moves. */
    private enum Way {
        UP(Opcode.MESH_BUS_2, true, true),
        DOWN(Opcode.MESH_BUS_0, true, false),
        LEFT(Opcode.MESH_BUS_1, false, true),
        RIGHT(Opcode.MESH_BUS_3, false, false);

        private final Opcode opcode;
        private final boolean vertical;
        /** To lower rows or columns: it fills the border behind the part. */
        private final boolean forward;

        Way(Opcode opcode, boolean vertical, boolean forward) {
            this.opcode = opcode;
            this.vertical = vertical;
            this.forward = forward;
        }
    }

    /**
     * @param reader what the reading step needs
     * @param zeroPoint of the reading step
     * @param computed results of the tiles before the op that makes the image; empty where it is complete
     * @param results how many results a block of 64 channels has: 1, depthwise 16
     */
    HaloCode(
            ProgramBuilder program,
            PlacedImage image,
            Reach reader,
            int zeroPoint,
            Progress progress,
            OptionalInt computed,
            int results) {
        this.program = program;
        this.image = image;
        this.rows = image.image().rowsRead(reader);
        this.columns = image.image().columnsRead(reader);
        this.fill = 0x01010101 * zeroPoint;
        this.progress = progress;
        this.computed = computed;
        this.results = results;
        this.before = progress.blocks(TileCounter.MESH_NORTH_IN).clone();
        this.after = progress.blocks(TileCounter.MESH_SOUTH_IN).clone();
    }

    void emit() {
        for (Way way : Way.values()) {
            PerTile.add(program, tile -> mesh(way, tile));
        }
    }

    private Instruction mesh(Way way, int tile) {
        Axis axis = way.vertical ? image.image().y() : image.image().x();
        Axis.Reading reading = way.vertical ? rows : columns;
        int mine = way.vertical ? tile / Chip.GRID : tile % Chip.GRID;
        int neighbour = way.forward ? mine - 1 : mine + 1;
        boolean alone = way.vertical && image.image().isStrip();
        int sent = alone || neighbour < 0 || neighbour >= Chip.GRID ? 0 : wanted(reading, way, neighbour);
        int taken = wanted(reading, way, mine);
        if (sent == 0 && taken == 0) {
            return null;
        }
        Instruction mesh = Instruction.of(way.opcode);
        if (sent > 0) {
            Area area = area(way, tile, way.forward ? 0 : axis.size()[mine] - sent, sent);
            MeshBus.SOURCE.set(mesh, area.walk());
            waits(mesh, way, tile, area.level());
        }
        if (taken > 0) {
            Area area = area(way, tile, way.forward ? axis.size()[mine] : -taken, taken);
            MeshBus.DESTINATION.set(mesh, area.walk());
            MeshBus.SIGNAL_DESTINATION.set(mesh, area.level());
            progress.blocks(MeshBus.in(way.opcode))[tile] +=
                    Arithmetic.ceilDiv(image.image().pixelWords(), CHUNK);
            boolean edge = alone || mine == (way.forward ? Chip.GRID - 1 : 0);
            if (edge) {
                mesh.set(MeshBus.CONSTANT_ON).set(MeshBus.CONSTANT, Integer.toUnsignedLong(fill));
            }
        }
        return mesh;
    }

    private static int wanted(Axis.Reading reading, Way way, int part) {
        return way.forward ? reading.after(part) : reading.before(part);
    }

    private void waits(Instruction mesh, Way way, int tile, int level) {
        int slot = 0;
        if (computed.isPresent()) {
            int first = computed.getAsInt() + Math.min(results, image.image().pixelWords());
            MeshBus.WAITS.set(mesh, slot++, Wait.data(TileCounter.AVDATA, level, first, results));
        }
        if (!way.vertical) {
            if (rows.before(tile / Chip.GRID) > 0) {
                MeshBus.WAITS.set(mesh, slot++, Wait.data(TileCounter.MESH_NORTH_IN, level, before[tile] + 1, 1));
            }
            if (rows.after(tile / Chip.GRID) > 0) {
                MeshBus.WAITS.set(mesh, slot, Wait.data(TileCounter.MESH_SOUTH_IN, level, after[tile] + 1, 1));
            }
        }
    }

    /**
     * A walk over rows of pixels, 64 channels at a time.
     *
     * @param level loops of 64 channels
     */
    private record Area(Loops.Builder walk, int level) {}

    /** {@code count} rows or columns from number {@code first} of the part on; of columns the rows that are read. */
    private Area area(Way way, int tile, int first, int count) {
        if (way.vertical) {
            return area(image.pixel(tile, first, 0), tile, image.image().columns(tile), count);
        }
        int row = tile / Chip.GRID;
        return area(image.pixel(tile, rows.skip()[row], first), tile, count, rows.span()[row]);
    }

    private Area area(int address, int tile, int columns, int rows) {
        int words = image.image().pixelWords();
        Loops.Builder walk = Loops.from(address)
                .stepIfSeveral(1, Math.min(words, CHUNK))
                .stepIfSeveral(words, columns)
                .stepIfSeveral(image.image().pitch(tile), rows);
        if (walk.loops() == 0) {
            walk.step(1, 1);
        }
        int level = walk.loops();
        if (words > CHUNK) {
            walk.step(CHUNK, Arithmetic.ceilDiv(words, CHUNK));
            if (words % CHUNK != 0) {
                walk.tail(level, words % CHUNK);
            }
        }
        return new Area(walk, level);
    }
}
