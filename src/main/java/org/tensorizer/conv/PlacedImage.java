package org.tensorizer.conv;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Loops;

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

    /** Walk over the byte addresses of a tile's part: columns, rows, then the next word of each pixel. */
    Loops.Builder wordByWord(int tile) {
        int words = image.pixelWords();
        return Loops.from(4 * pixel(tile, 0, 0))
                .step(4, 1)
                .step(4 * words, image.columns(tile))
                .step(4 * image.pitch(tile), image.rows(tile))
                .step(4 * image.size(tile), 1)
                .step(4, words);
    }

    /** Word of the pixel where a step starts to read. */
    int firstRead(int tile, Reach reader) {
        if (!reader.reachesOver()) {
            return pixel(tile, 0, 0);
        }
        return pixel(
                tile,
                image.rowsRead(reader).skip()[tile / Chip.GRID],
                image.columnsRead(reader).skip()[tile % Chip.GRID]);
    }
}
