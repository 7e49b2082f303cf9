package org.tensorizer.compiler;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import org.tensorizer.isa.Chip;

/**
 * Memory of a softmax: words of narrow memory from 0 on, the same on all tiles, and rows of wide memory that keep its
 * tables. What a word holds changes from step to step.
 *
 * @param classes how many numbers
 * @param logits first word of a tile's numbers, 16 words
 * @param tableRow first row of the tables on each tile that has numbers: two of biases, one of scales, a row for a word
 * @param far whether each table is on one tile instead, wherever there is room, and is sent when it is needed
 * @param oddRow row of tile 0 for the last number where there is no other to its pair
 */
record SoftmaxPlan(Head.Softmax numbers, int classes, int logits, int tableRow, boolean far, int oddRow) {
    static final int TABLES = 3;

    private static final int TILE_WORDS = Chip.LANES / 4;

    /** First word that the numbers may take, all words below are needed. */
    static int firstWord(int words) {
        return Math.max(3 * words, 2 * Math.min(TILE_WORDS, words) + 2 * words + 96);
    }

    /** Words of all numbers in bytes. */
    int words() {
        return ceilDiv(classes, 4);
    }

    /** Words of all numbers in 16 bits. */
    int wideWords() {
        return ceilDiv(classes, 2);
    }

    boolean isOdd() {
        return classes % 2 == 1;
    }

    /** Tiles that have numbers. */
    int tiles() {
        return ceilDiv(words(), TILE_WORDS);
    }

    int mask() {
        return (1 << tiles()) - 1;
    }

    /** Words of a tile's numbers, 0 if it has none. */
    int words(int tile) {
        return Math.max(0, Math.min(TILE_WORDS, words() - TILE_WORDS * tile));
    }

    /** Words of the first tile, the most a tile has. */
    int tileWords() {
        return Math.min(TILE_WORDS, words());
    }

    /** First word of e of all classes. */
    int exponentials() {
        return 2 * tileWords();
    }

    /** First word of the reciprocal root. */
    int root() {
        return exponentials() + 2 * words();
    }

    /** First word of the result. */
    int result() {
        return root() + 65;
    }

    /** First word of two halves of 4 words for what goes over the mesh. */
    int relay() {
        return exponentials() + wideWords();
    }

    /** Row of a table on a tile; 0, 1 biases, 2 scales. */
    int tableRow(int table, int tile) {
        return tableRow + table * words(tile);
    }

    /** Highest word in use, plus 1. */
    int end() {
        return Math.max(logits + 56, result() + 16);
    }
}
