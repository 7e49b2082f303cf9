package org.tensorizer.conv;

import org.tensorizer.dense.Elementwise;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.Resize;

/**
 * An image of twice the size, behind the border that brought the pixels of the neighbours.
 *
 * <pre>
 * 4 fills, narrowToWide   the identity matrix ({@link IdentityCode})
 * 4 ops copy              the outermost columns, then rows, of the image once more beyond its edge; bilinear only
 * opResize                loops: 2 taps in x, 2 in y (nearest: 1, 1), columns, rows, words of a pixel; where its first
 *                         output lies between two pixels is a phase in quarters
 * </pre>
 *
 * <p>Source: derived from movenet_lightning, all fields of copies and resize; the nearest pixel as published of other
 * compiled programs.
 */
final class EnlargementCode {
    private static final int QUARTERS = 4;
    private static final int STEP = 2;
    private static final int ALL_BUT_FIRST_INPUT_OF_16_BITS = 6;
    private static final float BILINEAR = 0x1p-14f;

    private final ChainStep.Enlargement step;
    private final PlacedImage source;
    private final PlacedImage target;
    private final int scratch;
    private final Axis.Reading rows;
    private final Axis.Reading columns;

    /** @param scratch first of four words */
    EnlargementCode(ChainStep.Enlargement step, PlacedImage source, PlacedImage target, int scratch) {
        this.step = step;
        this.source = source;
        this.target = target;
        this.scratch = scratch;
        this.rows = source.image().rowsRead(step.reach());
        this.columns = source.image().columnsRead(step.reach());
    }

    void emit(ProgramBuilder program) {
        program.fence(ProgramBuilder.TILE_COUNTERS);
        if (step.bilinear()) {
            IdentityCode.again(program, scratch, IdentityCode.ROW);
            for (int side : new int[] {0, Chip.GRID - 1}) {
                PerTile.add(program, tile -> tile % Chip.GRID == side ? outerColumn(tile) : null);
            }
            for (int side : new int[] {0, Chip.GRID - 1}) {
                PerTile.add(program, tile -> tile / Chip.GRID == side ? outerRow(tile) : null);
            }
            program.fence(ProgramBuilder.TILE_COUNTERS);
        }
        PerTile.add(program, this::enlarge);
    }

    private Instruction outerColumn(int tile) {
        boolean left = tile % Chip.GRID == 0;
        int column = left ? 0 : source.image().columns(tile) - 1;
        int first = rows.skip()[tile / Chip.GRID];
        return copy(tile, first, column, first, left ? -1 : column + 1, rows.span()[tile / Chip.GRID], 1);
    }

    private Instruction outerRow(int tile) {
        boolean top = tile / Chip.GRID == 0;
        int row = top ? 0 : source.image().rows(tile) - 1;
        int first = columns.skip()[tile % Chip.GRID];
        return copy(tile, row, first, top ? -1 : row + 1, first, 1, columns.span()[tile % Chip.GRID]);
    }

    private Instruction copy(int tile, int row, int column, int toRow, int toColumn, int height, int width) {
        MappingCode.Area from = new MappingCode.Area(source, tile, row, column);
        MappingCode.Area to = new MappingCode.Area(source, tile, toRow, toColumn);
        return MappingCode.copy(
                Elementwise.copy(), from, to, 0, height, width, source.image().pixelWords());
    }

    private Instruction enlarge(int tile) {
        int words = source.image().pixelWords();
        int width = target.image().columns(tile);
        int height = target.image().rows(tile);
        int pitch = 4 * source.image().pitch(tile);
        int size = 4 * source.image().size(tile);
        int taps = step.bilinear() ? 2 : 1;
        Instruction op = Instruction.of(Opcode.RESIZE)
                .set(Op.FRESH_SUMS)
                .set(Op.SUMS_INSIDE)
                .set(Op.WIDE_WEIGHTS)
                .set(Op.INPUTS_OFF, ALL_BUT_FIRST_INPUT_OF_16_BITS)
                .set(Op.GROUP_LEVEL, 5)
                .set(Op.REDUCED, 3)
                .set(Op.LANES, Chip.WORD_BYTES - 1L)
                .set(Op.LANES_LAST, Chip.WORD_BYTES - 1L)
                .setFloat(Resize.MULTIPLIER, step.bilinear() ? BILINEAR : 1);
        Op.rounds(op, taps, taps, width, height, 1, words);
        Loops.Builder read = Loops.from(4 * source.firstRead(tile, step.reach()));
        Op.ACTIVATIONS.set(
                op,
                read.step(4 * words, taps)
                        .step(pitch, taps)
                        .repeat(width)
                        .repeat(height)
                        .step(size, 1)
                        .step(4, words));
        Op.OUTPUTS.set(op, target.wordByWord(tile));
        Op.SUMS.set(
                op,
                Loops.from(0).repeat(taps * taps).repeat(width * height * words).window(1, 4));
        axis(op, Resize.X, 2, target.image().firstColumn(tile), 4 * words);
        axis(op, Resize.Y, 3, target.image().firstRow(tile), pitch);
        if (!step.bilinear()) {
            op.set(Resize.NEAREST);
        }
        return op;
    }

    private void axis(Instruction op, Resize.Axis axis, int loop, int firstOutput, int pitch) {
        op.set(axis.loop(), loop)
                .set(axis.start(), Math.floorMod(Reach.Doubling.position(firstOutput), QUARTERS))
                .set(axis.step(), STEP)
                .set(axis.pitch(), pitch);
        if (!step.bilinear()) {
            op.set(axis.nearest());
        }
    }
}
