package org.tensorizer.isa;

import java.util.List;
import java.util.Locale;

/** One way to print instructions and values of fields, for the disassembler and the comparison. */
final class FieldText {
    private static final List<String> FLOATS = List.of("multiplier", "clamp.max", "clamp.min");
    private static final List<String> MASKS =
            List.of("tiles", "receivers", "clear", "flag", "operation", "header.1580", "report");

    private FieldText() {}

    /** Decimal numbers; masks, codes and bits of unknown meaning in hex; float32 with their bits. */
    static String value(Field field, long value) {
        if (FLOATS.contains(field.name())) {
            return "%s(%08x)".formatted(Float.intBitsToFloat((int) value), value);
        }
        if (field.reserved() || MASKS.contains(field.name())) {
            return "0x" + Long.toHexString(value);
        }
        return Long.toString(value);
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
