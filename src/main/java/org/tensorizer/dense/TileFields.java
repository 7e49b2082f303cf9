package org.tensorizer.dense;

import static org.tensorizer.dense.Confidence.ASSUMPTION;
import static org.tensorizer.dense.Confidence.FIRM;
import static org.tensorizer.dense.Confidence.LIKELY;

/** Fields of the instructions that tiles execute, opcodes below 0x20. */
final class TileFields {
    private static final String COMPILED = "compiled models (326 chunks)";
    private static final String EXECUTED = "derived: the known programs execute with it, rewired ones as predicted";
    private static final String COUNTERS = "derived from the values of the known programs";

    private TileFields() {}

    static void fill(Opcode opcode, OpcodeTable table) {
        table.field("tiles", 12, 16, FIRM, "one bit a tile; tile t stands at row t / 4, column t % 4", COMPILED);
        table.field(
                "sequence",
                opcode == Opcode.FENCE ? 28 : 46,
                12,
                FIRM,
                "number of the tile instruction, counts up by 1 through the program",
                COMPILED);
        switch (opcode) {
            case FENCE -> fence(table);
            case SEND -> send(table);
            case STORE -> store(table);
            case NARROW -> narrow(table);
            case WIDE -> wide(table);
            case TENSOR -> TensorFields.fill(table);
            default -> {
                // Mesh bus, second consumer, other tensor ops: no field beyond mask and sequence is known.
            }
        }
    }

    private static void fence(OpcodeTable table) {
        table.field(
                "clear",
                43,
                20,
                LIKELY,
                "counters to clear: bits 1..17 fills and reads of the tiles, bit 18 packets on the ring;"
                        + " bits 0 and 19 unknown",
                COUNTERS);
        table.reserved(79, 10, "all ones, once 0x20, in the known programs");
        table.field(
                "report",
                107,
                4,
                Confidence.GUESS,
                "reports to the scalar core; 0, 1 or 13, no effect known",
                COMPILED);
    }

    private static void rows(OpcodeTable table) {
        WalkTable.of(table, "rows", "row of wide memory (256 bytes)")
                .base(62, 16)
                .loops(4, 78, 17, 16, 16)
                .active(210);
        WindowTable.windowAndTail(table, "rows", 214, 17, 16, 16);
    }

    private static void send(OpcodeTable table) {
        rows(table);
        table.reserved(335, 15, "0x5153: perhaps the number of the counter (guess)");
        table.signed(
                "wait", 350, 16, LIKELY, "number of the packet on the ring since the counter was cleared", COUNTERS);
        table.signed("wait.step", 366, 16, LIKELY, "added to wait for each packet", COUNTERS);
        table.reserved(382, 15, "0x2b5: perhaps the number of another counter (guess)");
        table.reserved(407, 1, "1 in every known program");
        table.reserved(423, 1, "1 in every known program");
        table.field("receivers", 467, 17, FIRM, "bits 0..15 tiles, bit 16 the outfeed", EXECUTED);
    }

    private static void store(OpcodeTable table) {
        table.reserved(61, 1, "1 where parameters are stored");
        rows(table);
        table.field("first.on", 267, 3, FIRM, "1 = rows in front of the walk: the header of the parameters", EXECUTED);
        table.field("first.base", 270, 16, FIRM, "first of these rows", EXECUTED);
        table.field("first.limit", 286, 16, FIRM, "their number, minus 1", EXECUTED);
        table.field("first.end", 302, 16, FIRM, "last of them; redundant", EXECUTED);
        table.field("first.rows", 318, 16, FIRM, "their number; redundant", EXECUTED);
        table.reserved(335, 15, "0x2b3 at the ring, 0 where parameters are stored: perhaps a counter (guess)");
        table.signed(
                "wait",
                350,
                12,
                LIKELY,
                "credit: waits until that many 64-byte units were read on this tile; read before - 4 * window",
                COUNTERS);
        table.field("wait.step", 366, 12, LIKELY, "4 * window length, in 64-byte units", COUNTERS);
        table.reserved(378, 2, "3 at the ring, 0 where parameters are stored");
    }

    private static void narrow(OpcodeTable table) {
        WalkTable.of(table, "words", "word of narrow memory (4 bytes)")
                .base(62, 16)
                .loops(6, 78, 17, 16, 16)
                .active(276);
        WalkTable.of(table, "rows", "row of wide memory (256 bytes)")
                .base(337, 16)
                .loops(4, 353, 17, 16, 16)
                .active(485);
        WindowTable.window(table, "rows", 489);
        table.reserved(543, 2, "3 in every known program");
        table.reserved(551, 2, "3 in every known program");
        table.reserved(555, 17, "all ones in every known program");
        table.reserved(587, 2, "3 in every known program");
        table.reserved(801, 1, "1 in every known program");
    }

    private static void wide(OpcodeTable table) {
        rows(table);
        WalkTable.of(table, "words", "word of narrow memory (4 bytes)")
                .base(267, 16)
                .loops(6, 283, 17, 16, 16)
                .active(481);
        WindowTable.window(table, "words", 487);
        table.field("first.on", 542, 2, FIRM, "3 = words in front of the wanted slice are skipped", EXECUTED);
        table.field("first.base", 546, 14, ASSUMPTION, "word they go to; the walk overwrites it", EXECUTED);
        table.field("first.limit", 562, 14, FIRM, "their number, minus 1", EXECUTED);
        table.field("first.end", 578, 14, ASSUMPTION, "last of them; redundant", EXECUTED);
        table.reserved(
                608, 15, "0x1708 from the ring, 0x2028 for parameters: perhaps the number of the counter (guess)");
        table.signed(
                "wait",
                623,
                16,
                LIKELY,
                "number of the store whose rows are read since the counter was cleared; -1 = none",
                COUNTERS);
        table.signed("wait.step", 639, 16, LIKELY, "added to wait for each pass", COUNTERS);
        table.reserved(655, 2, "1, or 3 in the parameter reader");
        table.reserved(662, 1, "1 in the column readers");
        table.reserved(665, 17, "all ones in the column readers");
        table.reserved(697, 2, "3 in the column readers");
        table.field(
                "to.channels",
                867,
                1,
                ASSUMPTION,
                "1 = the rows are scales, biases and zero points for the next tensor op of the tile",
                "constant of the parameter readers");
        table.field("segments", 870, 2, FIRM, "2 with words in front of the slice, else 1", EXECUTED);
    }
}
