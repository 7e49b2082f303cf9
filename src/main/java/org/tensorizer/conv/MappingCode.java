package org.tensorizer.conv;

import java.util.List;
import java.util.stream.IntStream;
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
 * 4 fills, narrowToWide   the identity matrix ({@link IdentityCode})
 * functionTable           the table of a function
 * op                      loops: pixels, words of a pixel; per operand of a concatenation one
 * </pre>
 *
 * <p>Source: the ops as in movenet_lightning (LOGISTIC, QUANTIZE) and rl_mlp_tanh (TANH), where one identity matrix serves
 * several steps; rows and columns in loops of their own where an image has a border, and concatenations of images by copies,
 * are ours.
 *
 * @param scratch first of four words
 */
record MappingCode(ProgramBuilder program, PlacedImage target, int scratch) {
    /** One image. */
    void map(Elementwise element, PlacedImage source) {
        identity();
        operand(element, source, 0, source.image().pixelWords());
    }

    /** The channels of several images one behind the other. */
    void join(List<ChainStep.Concatenation.Operand> operands, List<PlacedImage> sources) {
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
        IdentityCode.again(program, scratch, IdentityCode.ROW);
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
        // loops of one round are left out, but for the words
        IntStream pixels = one ? IntStream.of(rows * columns) : IntStream.of(columns, rows);
        int[] rounds = IntStream.concat(pixels.filter(round -> round > 1), IntStream.of(words))
                .toArray();
        int run = one ? rows * columns : columns;
        Loops.Builder read = Loops.from(from.byteAddress(0)).stepIfSeveral(from.pixel(), run);
        Loops.Builder write = Loops.from(to.byteAddress(word)).stepIfSeveral(to.pixel(), run);
        if (!one) {
            read.stepIfSeveral(from.pitch(), rows);
            write.stepIfSeveral(to.pitch(), rows);
        }
        int level = read.loops();
        Loops.Builder weights = Loops.from(4 * IdentityCode.ROW);
        Loops.Builder sums = Loops.from(0);
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
}
