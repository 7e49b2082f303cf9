package org.tensorizer.dense;

import java.util.List;
import java.util.Locale;

/** One way to print instructions and values of fields, for the disassembler and the comparison. */
final class FieldText {
    private static final List<String> FLOATS = List.of("multiplier", "clamp.max", "clamp.min");
    private static final List<String> MASKS = List.of("tiles", "receivers", "clear", "flag", "header.1580", "report");

    /** Low nibble of the scalar operation. */
    private static final String[] OPERATIONS = {
        "NOP", "ADD", "SUB", "AND", "OR", "XOR", "SHL", "SHR", "ASR", "EQ", "NEQ", "GT", "ULT", "GEQ", "GES", "MOV"
    };

    private FieldText() {}

    /** Decimal numbers; masks, codes and bits of unknown meaning in hex; float32 with their bits. */
    static String value(Field field, long value) {
        if (FLOATS.contains(field.name())) {
            return "%s(%08x)".formatted(Float.intBitsToFloat((int) value), value);
        }
        if (field.name().equals("operation")) {
            return operation((int) value);
        }
        if (field.reserved() || MASKS.contains(field.name())) {
            return "0x" + Long.toHexString(value);
        }
        return Long.toString(value);
    }

    /** Mnemonic of a scalar operation, with an I in the immediate form; other bits in hex behind it. */
    private static String operation(int value) {
        int rest = value & 0x10;
        return OPERATIONS[value & 0xf] + ((value & 0x20) != 0 ? "I" : "") + (rest != 0 ? "+0x10" : "");
    }

    /** Opcode and all fields that are not zero. */
    static String of(Instruction instruction) {
        StringBuilder text = new StringBuilder(instruction.opcode().name().toLowerCase(Locale.ROOT));
        for (Field field : InstructionSet.fields(instruction.opcode())) {
            long value = instruction.get(field);
            if (value != 0) {
                text.append(' ').append(field.name()).append('=').append(value(field, value));
            }
        }
        return text.toString();
    }
}
