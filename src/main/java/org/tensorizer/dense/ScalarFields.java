package org.tensorizer.dense;

import static org.tensorizer.dense.Confidence.FIRM;
import static org.tensorizer.dense.Confidence.LIKELY;

/** Fields of the instructions of the scalar core and of the host interfaces, opcodes from 0x20 on. */
final class ScalarFields {
    private static final String COMPILED = "compiled models (326 chunks)";
    private static final String DENSE = "Dense programs of all known sizes, byte-exact";
    private static final String EXECUTED = "derived: the known programs execute, sizes close exactly";

    private ScalarFields() {}

    static void fill(Opcode opcode, OpcodeTable table) {
        switch (opcode) {
            case START ->
                table.field("body.bits", 19, 32, FIRM, "bits between START and END: (bundles - 2) * 128", COMPILED);
            case END -> table.reserved(19, 32, "128 in every known program, perhaps the length of END itself (guess)");
            case HALT -> table.reserved(16, 1, "1 in every known program");
            case SCALAR -> scalar(table);
            case SYNC -> sync(table);
            case INFEED -> infeed(table);
            case POP -> pop(table);
            case OUTFEED -> outfeed(table);
            default -> {
                // Branches: nothing is known but opcode and length.
            }
        }
    }

    private static void scalar(OpcodeTable table) {
        table.field(
                "dma.operation",
                32,
                4,
                FIRM,
                "5 = push a register into a word of the DMA descriptor, 6 = submit the descriptor",
                COMPILED);
        table.field(
                "dma.word",
                36,
                8,
                FIRM,
                "descriptor word: 0 address low, 1 address high, 2 byte count, 3 kind"
                        + " (1 input, 2 parameters, 3 output, 4 interrupt)",
                COMPILED);
        table.field(
                "dma.register", 49, 5, FIRM, "register that is pushed, read before this bundle writes one", COMPILED);
        table.field(
                "operation",
                54,
                6,
                FIRM,
                "low nibble NOP ADD SUB AND OR XOR SHL SHR ASR EQ NEQ GT ULT GEQ GES MOV; bit 5 = immediate form."
                        + " 0x2f moves the immediate, 0x0f the register that the immediate names",
                COMPILED);
        table.field("destination", 60, 5, FIRM, "register that is written", COMPILED);
        table.reserved(65, 5, "zero in Dense programs, perhaps a second source register (guess)");
        table.field(
                "immediate",
                70,
                32,
                FIRM,
                "immediate, or number of the source register; every relocation points here",
                COMPILED);
    }

    private static void sync(OpcodeTable table) {
        table.field("tiles", 12, 16, LIKELY, "0xffff = wait for the tiles, 0 = scalar flags only", COMPILED);
        table.field("flag", 32, 9, Confidence.GUESS, "scalar-core flag, no effect known", COMPILED);
        table.reserved(43, 13, "all ones in the SYNC before the input");
        table.reserved(57, 1, "1 where the tiles are waited for");
        table.reserved(73, 16, "all ones where the tiles are waited for");
        table.field(
                "packets",
                173,
                10,
                LIKELY,
                "waits until that many packets left on the ring; 0 = does not count",
                "Dense programs with T_in != T_out inside real networks");
        table.reserved(242, 1, "1 in the SYNC behind the outfeed");
        table.reserved(246, 5, "0x1f in the first SYNC of a chunk, 0xc in the others");
    }

    private static void infeed(OpcodeTable table) {
        table.field("units.narrow", 12, 1, FIRM, "unit of the stream: 0 = 64 bytes, 1 = 8 bytes", EXECUTED);
        WalkTable.of(table, "units", "unit").loops(3, 28, 16, 15, 15).withoutFlags();
        table.reserved(121, 3, "1; in the other walks the active flags stand at this place (guess)");
        WindowTable.windowAndTail(table, "units", 124, 16, 15, 15);
        table.reserved(174, 9, "0x19 for parameters, 0x11 for the input: perhaps the number of the counter (guess)");
        table.signed(
                "wait",
                183,
                16,
                LIKELY,
                "unit u enters when units popped >= u + wait: minus the credit of the buffer",
                EXECUTED);
        table.signed("wait.step", 199, 16, LIKELY, "added to wait for each unit", EXECUTED);
        table.reserved(215, 1, "1 in every known program");
    }

    private static void pop(OpcodeTable table) {
        table.field("units.narrow", 12, 1, FIRM, "unit of the stream: 0 = 64 bytes, 1 = 8 bytes", EXECUTED);
        WalkTable.of(table, "units", "unit of the infeed buffer")
                .base(14, 11)
                .loops(3, 34, 21, 20, 20)
                .withoutFlags();
        table.reserved(157, 3, "1; in the other walks the active flags stand at this place (guess)");
        WindowTable.windowAndTail(table, "units", 160, 21, 20, 20);
        table.reserved(305, 15, "0x240 for parameters, 0x40 for the input: perhaps the number of the counter (guess)");
        table.field("wait", 320, 16, LIKELY, "units popped before + 1, modulo 65536", EXECUTED);
        table.signed("wait.step", 336, 16, LIKELY, "added to wait for each unit", EXECUTED);
        table.reserved(352, 1, "1 in every known program");
        table.reserved(392, 1, "1 in every known program");
        table.field("tiles", 409, 16, FIRM, "tiles that get the units", EXECUTED);
        table.reserved(434, 4, "0xf in every known program");
        table.field(
                "row.width",
                438,
                2,
                FIRM,
                "64-byte units of a row of wide memory, minus 1; the rest of a row stays",
                "Dense heads of 6, 10 and 521 outputs inside real networks");
    }

    private static void outfeed(OpcodeTable table) {
        table.field("rest", 27, 1, FIRM, "1 = 8 bytes follow the whole 16-byte words", DENSE);
        table.field("words.on", 43, 1, FIRM, "1 = whole 16-byte words are taken", DENSE);
        table.field("words.limit", 44, 6, FIRM, "16-byte words of the packet, minus 1", DENSE);
        table.reserved(173, 2, "3 in every known program");
        table.reserved(222, 7, "0x7f in every known program");
    }
}
