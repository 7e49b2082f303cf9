package org.tensorizer.conv;

/**
 * An image at its address in narrow memory.
 *
 * @param base first word of the part with its border, the same on all tiles
 */
public record PlacedImage(Image image, int base) {
    /** Word of a pixel; rows and columns count from the part without border. */
    public int pixel(int tile, int row, int column) {
        return base + image.offset(tile, row, column);
    }

    /** Word of the pixel where a step starts to read. */
    int firstRead(int tile, Reach reader) {
        if (!reader.reachesOver()) {
            return pixel(tile, 0, 0);
        }
        return pixel(
                tile,
                image.rowsRead(reader).skip(tile / 4),
                image.columnsRead(reader).skip(tile % 4));
    }
}
