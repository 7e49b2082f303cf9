package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

/**
 * How the input comes from the host: row by row of the image through a ring of wide memory rows and a staging buffer of
 * two image rows in narrow memory, of which each tile keeps its columns. An identity matrix copies them to their place.
 *
 * @param height multiple of 4
 * @param width multiple of 4
 * @param channels 3, or a multiple of 4
 * @param ringRow first row of the ring
 * @param identityRow first row of the identity matrix
 */
public record InputPlan(int height, int width, int channels, int ringRow, int identityRow) {
    private static final int RGB = 3;

    /** @throws DoesNotFitException the image cannot be fed */
    static InputPlan of(int height, int width, int channels) {
        DoesNotFitException.require(
                height > 0 && width > 0 && height % 4 == 0 && width % 4 == 0,
                "an input of %d x %d pixels, expected multiples of 4",
                height,
                width);
        DoesNotFitException.require(
                channels > 0 && (channels % 4 == 0 || channels == RGB && width % 16 == 0),
                "an input of %d channels in rows of %d pixels, expected a multiple of 4 channels, or 3 in rows of a"
                        + " multiple of 16 pixels",
                channels,
                width);
        DoesNotFitException.require(
                (long) width * channels < 1L << 20 && (long) height * width * channels < 1L << 30,
                "an input of %d x %d pixels with %d channels",
                height,
                width,
                channels);
        InputPlan bare = new InputPlan(height, width, channels, 0, 0);
        int[] rows = WideAreas.stack(2 * bare.ringRows(), bare.identityRows());
        InputPlan plan = new InputPlan(height, width, channels, rows[0], rows[1]);
        plan.check();
        return plan;
    }

    private void check() {
        DoesNotFitException.require(
                half() < 32768 && 64 * ringRows() < 32768 && floor() > 0,
                "an image row of %d bytes, fewer than 131072 can be counted",
                4 * line());
        DoesNotFitException.require(
                (long) rows() * width * channels / 8 < 1 << 20,
                "%d bytes of input for a row of tiles, fewer than %d can be named",
                (long) rows() * width * channels,
                8 << 20);
        DoesNotFitException.require(
                rows() <= 16384 && part() <= 16384,
                "an input part of %d rows with %d words each, the op counts to 16384",
                rows(),
                part());
    }

    /** Three channels: three bytes become one word with a zero. */
    public boolean isRgb() {
        return channels == RGB;
    }

    /** Bytes of the input. */
    public int bytes() {
        return height * width * channels;
    }

    /** Image rows of a tile. */
    public int rows() {
        return height / 4;
    }

    /** Pixels of a tile's row. */
    int columns() {
        return width / 4;
    }

    /** Words of an image row. */
    int line() {
        return width * channels / 4;
    }

    /** Words of a tile's share of an image row. */
    int part() {
        return width * channels / 16;
    }

    /** Words of one half of the staging buffer. */
    int half() {
        return Math.max(line(), 64);
    }

    /** Words of the staging buffer. */
    int stagingWords() {
        return 2 * half();
    }

    /** Rows of wide memory of an image row; the ring has two image rows. */
    int ringRows() {
        return ceilDiv(4L * line(), 256);
    }

    /** Rows of wide memory of the input of a row of tiles. */
    int rowsOfTiles() {
        return ceilDiv(4L * rows() * line(), 256);
    }

    /** Bytes of the input of a row of tiles, in units of 8. */
    int unitsOfTiles() {
        return rows() * width * channels / 8;
    }

    int identityWords() {
        return isRgb() ? 68 : 4;
    }

    int identityRows() {
        return isRgb() ? 2 : 1;
    }

    int floor() {
        return Math.min(ringRow, identityRow);
    }
}
