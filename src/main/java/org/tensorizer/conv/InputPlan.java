package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;
import static org.tensorizer.conv.Arithmetic.roundUp;

import org.tensorizer.isa.Chip;

/**
 * How the input comes from the host: image by rows through a ring of wide memory rows and a staging buffer of two passes in
 * narrow memory, of which each tile keeps its columns. A pass is the fewest image rows that are whole words together. An
 * identity matrix copies them to their place.
 *
 * <p>Nothing has to divide: a row of tiles begins in the middle of a unit of 8 bytes, which is popped twice, a column of
 * tiles in the middle of a word, which its copy skips. Source: derived, identical with compiled programs of 64x64x1,
 * 192x192x3, 353x481x3 and 513x513x3. Extrapolated: two channels, more than three that are no multiple of 4, and uneven
 * parts of more than three; no real program shows these.
 *
 * @param height 4 or more
 * @param width 4 or more
 * @param ringRow first row of the ring
 * @param identityRow first row of the identity matrix
 */
public record InputPlan(int height, int width, int channels, int ringRow, int identityRow) {
    private static final int WORD = 4;

    /** @throws DoesNotFitException the image cannot be fed */
    static InputPlan of(int height, int width, int channels) {
        DoesNotFitException.require(
                height >= Chip.GRID && width >= Chip.GRID,
                "an input of %d x %d pixels, expected at least 4 x 4",
                height,
                width);
        DoesNotFitException.require(channels > 0, "an input of %d channels, expected 1 or more", channels);
        DoesNotFitException.require(
                (long) width * channels < 1L << 20 && (long) height * width * channels < 1L << 30,
                "an input of %d x %d pixels with %d channels",
                height,
                width,
                channels);
        InputPlan bare = new InputPlan(height, width, channels, 0, 0);
        int[] rows = TileMemory.stack(2 * bare.ringRows(), bare.identityRows());
        InputPlan plan = new InputPlan(height, width, channels, rows[0], rows[1]);
        plan.check();
        return plan;
    }

    private void check() {
        DoesNotFitException.require(
                half() < 32768 && 64 * ringRows() < 32768 && floor() > 0,
                "%d image rows of %d bytes at a time, fewer than 131072 bytes can be counted",
                passRows(),
                rowBytes());
        long rows = ceilDiv(height, Chip.GRID);
        long columns = ceilDiv(width, Chip.GRID);
        DoesNotFitException.require(
                rows * rowBytes() / Chip.INPUT_UNIT_BYTES < (1 << 20) - 1,
                "%d bytes of input for a row of tiles, fewer than %d can be named",
                rows * rowBytes(),
                8 << 20);
        long most = Math.max(rows, Math.max(columns, columns * channels / WORD));
        DoesNotFitException.require(
                most <= 16384,
                "an input part of %d x %d pixels with %d channels, the op counts to 16384",
                rows,
                columns,
                channels);
    }

    /** Whether zeros fill up the last word of each pixel. */
    boolean isSpread() {
        return channels % WORD != 0;
    }

    /** Bytes of the input, which crosses the wire in units of 8. */
    public int bytes() {
        return roundUp(height * width * channels, Chip.INPUT_UNIT_BYTES);
    }

    /** Bytes of an image row. */
    int rowBytes() {
        return width * channels;
    }

    /** Image rows of a pass. */
    int passRows() {
        int rows = 1;
        while (rows * rowBytes() % WORD != 0) {
            rows++;
        }
        return rows;
    }

    /** Words of a pass. */
    int pass() {
        return passRows() * rowBytes() / WORD;
    }

    /** Words of one half of the staging buffer. */
    int half() {
        return Math.max(pass(), 64);
    }

    /** Words of the staging buffer. */
    int stagingWords() {
        return 2 * half();
    }

    /** Rows of wide memory of an image row; the ring has two of them. */
    int ringRows() {
        return ceilDiv(rowBytes(), Chip.ROW_BYTES);
    }

    int identityWords() {
        return isSpread() ? 68 : 4;
    }

    int identityRows() {
        return isSpread() ? 2 : 1;
    }

    int floor() {
        return Math.min(ringRow, identityRow);
    }
}
