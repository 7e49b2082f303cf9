package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.List;

/**
 * An image as the sixteen tiles keep it: each its part, in narrow memory, row by row, a pixel in whole words of 4
 * channels, with a border for the pixels of the neighbours that the reading steps need. The address of the part is the
 * same on all tiles and is none of the image's business ({@link PlacedImage}).
 */
public final class Image {
    private final int height;
    private final int width;
    private final int channels;
    private final Axis y;
    private final Axis x;
    private final boolean bordered;
    private final boolean strip;
    private final int words;

    private Image(int height, int width, int channels, Axis y, Axis x, boolean bordered, boolean strip) {
        this.strip = strip;
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.y = y;
        this.x = x;
        this.bordered = bordered;
        int most = 0;
        for (int tile = 0; tile < 16; tile++) {
            most = Math.max(most, size(tile));
        }
        this.words = most;
    }

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
        return new Image(height, width, channels, rows, x, bordered, true);
    }

    /** Some rows of each part, where the image has them. */
    Image rowsOf(Axis rows) {
        return new Image(height, width, channels, rows, x, bordered, false);
    }

    /** Whether rows of tiles have all rows that they read. */
    boolean isStrip() {
        return strip;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public int channels() {
        return channels;
    }

    /** Words of a pixel. */
    public int pixelWords() {
        return ceilDiv(channels, 4);
    }

    Axis y() {
        return y;
    }

    Axis x() {
        return x;
    }

    /** The rows that a step reads. */
    Reading rowsRead(Reach reader) {
        return strip ? Reading.all(y) : Reading.of(height, reader);
    }

    /** The columns that a step reads. */
    Reading columnsRead(Reach reader) {
        return Reading.of(width, reader);
    }

    /** Whether a reader may need pixels of neighbouring tiles. */
    boolean isBordered() {
        return bordered;
    }

    /** Rows of pixels that a tile keeps, without border. */
    public int rows(int tile) {
        return y.size(tile / 4);
    }

    /** Pixels in a row of a tile's part, without border. */
    public int columns(int tile) {
        return x.size(tile % 4);
    }

    /** First row of a tile's part. */
    public int firstRow(int tile) {
        return y.start(tile / 4);
    }

    /** First column of a tile's part. */
    public int firstColumn(int tile) {
        return x.start(tile % 4);
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
        int column = tile % 4;
        return (x.before(column) + x.size(column) + x.after(column)) * pixelWords();
    }

    /** Words of a tile's part with its border. */
    int size(int tile) {
        int row = tile / 4;
        return (y.before(row) + y.size(row) + y.after(row)) * pitch(tile);
    }

    /** Words of the largest part with its border. */
    public int words() {
        return words;
    }

    /** Words from the start of a tile's part, border included, to a pixel counted from the part without border. */
    int offset(int tile, int row, int column) {
        return (row + y.before(tile / 4)) * pitch(tile) + (column + x.before(tile % 4)) * pixelWords();
    }

    @Override
    public String toString() {
        return height + "x" + width + "x" + channels;
    }
}
