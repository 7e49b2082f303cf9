package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorizer.isa.Chip;

/**
 * An image as the sixteen tiles keep it: each its part, in narrow memory, row by row, a pixel in whole words of 4
 * channels, with a border for the pixels of the neighbours that the reading steps need. The address of the part is the
 * same on all tiles and is none of the image's business ({@link PlacedImage}).
 *
 * @param y its rows
 * @param x its columns
 * @param isBordered whether a reader may need pixels of neighbouring tiles
 * @param isStrip whether rows of tiles have all rows that they read
 */
public record Image(int height, int width, int channels, Axis y, Axis x, boolean isBordered, boolean isStrip) {
    /**
     * @param readers what the steps need that read it
     * @throws DoesNotFitException the image or a reader's result cannot be split over the tiles
     */
    static Image of(int height, int width, int channels, List<Reach> readers) {
        DoesNotFitException.require(
                (long) height * width * ceilDiv(channels, 4) < 1L << 28,
                "an image of %d x %d pixels with %d channels",
                height,
                width,
                channels);
        boolean bordered = readers.stream().anyMatch(Reach::reachesOver);
        return new Image(height, width, channels, Axis.of(height, readers), Axis.of(width, readers), bordered, false);
    }

    /** An image of one pixel that is complete on every tile. */
    public static Image vector(int channels) {
        return new Image(1, 1, channels, Axis.everywhere(), Axis.everywhere(), false, false);
    }

    /** Some rows of each part, with all that their reader needs; rows of tiles exchange none. */
    Image strip(Axis rows) {
        return new Image(height, width, channels, rows, x, isBordered, true);
    }

    /** Some rows of each part, where the image has them. */
    Image rowsOf(Axis rows) {
        return new Image(height, width, channels, rows, x, isBordered, false);
    }

    /** Words of a pixel. */
    public int pixelWords() {
        return ceilDiv(channels, 4);
    }

    /** The rows that a step reads. */
    Axis.Reading rowsRead(Reach reader) {
        return isStrip ? Axis.Reading.all(y) : Axis.Reading.of(height, reader);
    }

    /** The columns that a step reads. */
    Axis.Reading columnsRead(Reach reader) {
        return Axis.Reading.of(width, reader);
    }

    /** Rows of pixels that a tile keeps, without border. */
    public int rows(int tile) {
        return y.size()[tile / Chip.GRID];
    }

    /** Pixels in a row of a tile's part, without border. */
    public int columns(int tile) {
        return x.size()[tile % Chip.GRID];
    }

    /** First row of a tile's part. */
    public int firstRow(int tile) {
        return y.start()[tile / Chip.GRID];
    }

    /** First column of a tile's part. */
    public int firstColumn(int tile) {
        return x.start()[tile % Chip.GRID];
    }

    /** Row of tiles that keeps a row of pixels. */
    public int rowOf(int row) {
        return y.partOf(row);
    }

    /** Column of tiles that keeps a column of pixels. */
    public int columnOf(int column) {
        return x.partOf(column);
    }

    public int pixels(int tile) {
        return rows(tile) * columns(tile);
    }

    /** Pixels of the largest part. */
    public int mostPixels() {
        return y.largest() * x.largest();
    }

    /** Rows of pixels of the highest part. */
    int mostRows() {
        return y.largest();
    }

    /** Pixels in a row of the widest part. */
    public int mostColumns() {
        return x.largest();
    }

    /** Words from one row of pixels to the next. */
    public int pitch(int tile) {
        return x.room(tile % Chip.GRID) * pixelWords();
    }

    /** Words of a tile's part with its border. */
    int size(int tile) {
        return y.room(tile / Chip.GRID) * pitch(tile);
    }

    /** Words of the largest part with its border. */
    public int words() {
        return IntStream.range(0, Chip.TILES).map(this::size).max().orElseThrow();
    }

    /** Words from the start of a tile's part, border included, to a pixel counted from the part without border. */
    int offset(int tile, int row, int column) {
        return (row + y.before()[tile / Chip.GRID]) * pitch(tile)
                + (column + x.before()[tile % Chip.GRID]) * pixelWords();
    }

    @Override
    public String toString() {
        return height + "x" + width + "x" + channels;
    }
}
