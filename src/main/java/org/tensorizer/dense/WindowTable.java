package org.tensorizer.dense;

/** Writes the fields of a circular window behind a walk: on, length, and the shortened last pass. */
final class WindowTable {
    private static final String SOURCE = "the known programs execute; all sizes close exactly";

    private WindowTable() {}

    /** Window without a tail. */
    static void window(OpcodeTable table, String walk, int bit) {
        flag(table, walk, bit);
        length(table, walk, bit + 2, 17);
    }

    /** Window and tail: on (2 bits), length, tail, tail on (2 bits), rewind. */
    static void windowAndTail(
            OpcodeTable table, String walk, int bit, int lengthWidth, int tailWidth, int rewindWidth) {
        flag(table, walk, bit);
        length(table, walk, bit + 2, lengthWidth);
        int at = bit + 2 + lengthWidth;
        table.field(
                walk + ".tail", at, tailWidth, Confidence.FIRM, "limit 0 of the last pass, if the tail is on", SOURCE);
        table.field(walk + ".tail.on", at + tailWidth, 2, Confidence.FIRM, "1 = the last pass is shorter", SOURCE);
        table.field(
                walk + ".tail.rewind",
                at + tailWidth + 2,
                rewindWidth,
                Confidence.LIKELY,
                "window length - (tail + 1) if the tail is on; redundant",
                SOURCE);
    }

    private static void flag(OpcodeTable table, String walk, int bit) {
        table.field(
                walk + ".window.on",
                bit,
                2,
                Confidence.LIKELY,
                "1 = circular window; 2 in the parameter reader, unknown there",
                SOURCE);
    }

    private static void length(OpcodeTable table, String walk, int bit, int width) {
        table.field(
                walk + ".window.length",
                bit,
                width,
                Confidence.LIKELY,
                "length of the circular buffer in the walk's units",
                SOURCE);
    }
}
