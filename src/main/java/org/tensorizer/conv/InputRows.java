package org.tensorizer.conv;

import org.tensorizer.isa.Chip;

/**
 * Which bytes of the input each tile and each row of tiles takes; a tile stands for its row where the row is meant.
 *
 * @param part the whole input, or a strip of it
 */
record InputRows(InputPlan plan, PlacedImage part) {
    int mostPasses() {
        int most = 0;
        for (int tile = 0; tile < Chip.TILES; tile++) {
            most = Math.max(most, passes(tile));
        }
        return most;
    }

    int rows(int tile) {
        return part.image().rows(tile);
    }

    int passes(int tile) {
        return Arithmetic.ceilDiv(rows(tile), plan.passRows());
    }

    /** First byte of the input of a row of tiles. */
    int firstByte(int tile) {
        return part.image().firstRow(tile) * plan.rowBytes();
    }

    /** First unit of 8 bytes of a row of tiles; it may end with the bytes of the row before. */
    int firstUnit(int tile) {
        return firstByte(tile) / Chip.INPUT_UNIT_BYTES;
    }

    /** Units of a row of tiles. */
    int units(int tile) {
        int end = firstByte(tile) + rows(tile) * plan.rowBytes();
        return Arithmetic.ceilDiv(end, Chip.INPUT_UNIT_BYTES) - firstUnit(tile);
    }

    /** Rows of wide memory that the units of a row of tiles fill. */
    int wideRows(int tile) {
        return Arithmetic.ceilDiv((long) units(tile) * Chip.INPUT_UNIT_BYTES, Chip.ROW_BYTES);
    }

    /** Bytes between the first popped one and the first of the tile's first image row. */
    int rowOffset(int tile) {
        return firstByte(tile) % Chip.INPUT_UNIT_BYTES;
    }

    /** Bytes between the first popped one and the first of the tile. */
    int offset(int tile) {
        return rowOffset(tile) + part.image().firstColumn(tile) * plan.channels();
    }

    /** Units that were fed before those of a row of tiles. */
    int fedBefore(int tile) {
        if (!part.image().isStrip()) {
            return firstUnit(tile);
        }
        int fed = 0;
        for (int other = 0; other < tile; other += Chip.GRID) {
            fed += units(other);
        }
        return fed;
    }
}
