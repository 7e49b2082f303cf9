package org.tensorizer.conv;

import java.util.List;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/**
 * Images handed on word by word through an identity matrix.
 *
 * <pre>
 * 4 fills, 0x13   the identity matrix ({@link IdentityCode})
 * 0x19            the table of a function
 * op              loops: pixels, words of a pixel; per operand of a concatenation one
 * </pre>
 *
 * <p>Source: the ops as in movenet_lightning (LOGISTIC, QUANTIZE) and rl_mlp_tanh (TANH), where one identity matrix serves
 * several steps; rows and columns in loops of their own where an image has a border, and concatenations of images by copies,
 * are ours.
 */
final class MappingCode {
    private final ProgramBuilder program;
    private final PlacedImage target;
    private final int scratch;

    /** @param scratch first of four words */
    MappingCode(ProgramBuilder program, PlacedImage target, int scratch) {
        this.program = program;
        this.target = target;
        this.scratch = scratch;
    }

    /** One image. */
    void map(Elementwise element, PlacedImage source) {
        identity();
        operand(element, source, 0, source.image().pixelWords());
    }

    /** The channels of several images one behind the other. */
    void join(List<Concatenation.Operand> operands, List<PlacedImage> sources) {
        identity();
        int word = 0;
        for (int i = 0; i < operands.size(); i++) {
            int words = sources.get(i).image().pixelWords();
            operand(operands.get(i).element(), sources.get(i), word, words);
            word += words;
        }
    }

    private void identity() {
        program.fence(ProgramBuilder.TILE_COUNTERS);
        IdentityCode.again(program, scratch, IdentityPlan.ROW);
    }

    private void operand(Elementwise element, PlacedImage source, int word, int words) {
        element.table(Chip.ALL_TILES).ifPresent(program::functionTable);
        PerTile.add(program, tile -> {
            int rows = target.image().rows(tile);
            int columns = target.image().columns(tile);
            Area from = new Area(source, tile, 0, 0);
            Area to = new Area(target, tile, 0, 0);
            return copy(element, from, to, word, rows, columns, words);
        });
    }

    /** A pixel of a tile, the first of some. */
    record Area(PlacedImage image, int tile, int row, int column) {
        int byteAddress(int word) {
            return 4 * (image.pixel(tile, row, column) + word);
        }

        int pixel() {
            return 4 * image.image().pixelWords();
        }

        int pitch() {
            return 4 * image.image().pitch(tile);
        }
    }

    /**
     * An op over pixels.
     *
     * @param word of the target's pixels where the words go
     */
    static Instruction copy(Elementwise element, Area from, Area to, int word, int rows, int columns, int words) {
        Instruction op = element.op();
        boolean one =
                columns > 1 && rows > 1 && from.pitch() == columns * from.pixel() && to.pitch() == columns * to.pixel();
        int[] rounds = rounds(one ? 1 : rows, one ? rows * columns : columns, words);
        Loops.Builder read = Loops.from(from.byteAddress(0));
        Loops.Builder write = Loops.from(to.byteAddress(word));
        Loops.Builder weights = Loops.from(4 * IdentityPlan.ROW);
        Loops.Builder sums = Loops.from(0);
        int level = 0;
        if (columns > 1) {
            read.step(from.pixel(), rounds[level]);
            write.step(to.pixel(), rounds[level]);
            level++;
        }
        if (rows > 1 && !one) {
            read.step(from.pitch(), rows);
            write.step(to.pitch(), rows);
            level++;
        }
        for (int round : rounds) {
            weights.repeat(round);
            sums.repeat(round);
        }
        Op.rounds(op, rounds);
        Op.ACTIVATIONS.set(op, read.step(4, words));
        Op.OUTPUTS.set(op, write.step(4, words));
        Op.WEIGHTS.set(op, weights);
        Op.SUMS.set(op, sums.window(0, 4));
        Op.WAITS.set(op, 0, Wait.data(TileCounter.NARROW_TO_WIDE, level + 1, 1, 1));
        op.set(Op.GROUP_LEVEL, level);
        Op.SIGNAL_OUTPUTS.set(op, level + 1);
        Op.SIGNAL_WEIGHTS.set(op, level);
        return op;
    }

    /** Loops of one round are left out, but for the words. */
    private static int[] rounds(int rows, int columns, int words) {
        int[] rounds = new int[1 + (columns > 1 ? 1 : 0) + (rows > 1 ? 1 : 0)];
        int at = 0;
        if (columns > 1) {
            rounds[at++] = columns;
        }
        if (rows > 1) {
            rounds[at++] = rows;
        }
        rounds[at] = words;
        return rounds;
    }
}
