package org.tensorizer.dense;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One use of an instruction in the known Dense programs, with the values its reserved bits have there. Nobody knows what
 * these bits do; an instruction whose reserved bits equal those of no variant must not be executed or written.
 *
 * <p>Source: byte-exact programs of all known sizes, compared instruction by instruction.
 */
public enum Variant {
    START(Opcode.START),
    END(Opcode.END, "reserved.019", 128),
    HALT(Opcode.HALT, "reserved.016", 1),
    SCALAR(Opcode.SCALAR),
    FENCE(Opcode.FENCE, "reserved.079", 0x3ff),
    FENCE_BEFORE_INPUT(Opcode.FENCE, "reserved.079", 0x20),
    SYNC_FLAG(Opcode.SYNC, "reserved.246", 0xc),
    SYNC_INPUT(Opcode.SYNC, "reserved.043", 0x1fff, "reserved.246", 0xc),
    SYNC_FIRST(Opcode.SYNC, "reserved.057", 1, "reserved.073", 0xffff, "reserved.246", 0x1f),
    SYNC_TILES(Opcode.SYNC, "reserved.057", 1, "reserved.073", 0xffff, "reserved.246", 0xc),
    SYNC_OUTPUT(Opcode.SYNC, "reserved.242", 1, "reserved.246", 0xc),
    INFEED_PARAMETERS(Opcode.INFEED, "reserved.121", 1, "reserved.174", 0x19, "reserved.215", 1),
    INFEED_INPUT(Opcode.INFEED, "reserved.121", 1, "reserved.174", 0x11, "reserved.215", 1),
    POP_PARAMETERS(
            Opcode.POP,
            "reserved.157",
            1,
            "reserved.305",
            0x240,
            "reserved.352",
            1,
            "reserved.392",
            1,
            "reserved.434",
            0xf),
    POP_INPUT(
            Opcode.POP,
            "reserved.157",
            1,
            "reserved.305",
            0x40,
            "reserved.352",
            1,
            "reserved.392",
            1,
            "reserved.434",
            0xf),
    OUTFEED(Opcode.OUTFEED, "reserved.173", 3, "reserved.222", 0x7f),
    SEND(Opcode.SEND, "reserved.335", 0x5153, "reserved.382", 0x2b5, "reserved.407", 1, "reserved.423", 1),
    STORE_PARAMETERS(Opcode.STORE, "reserved.061", 1),
    STORE_RING(Opcode.STORE, "reserved.335", 0x2b3, "reserved.378", 3),
    NARROW(
            Opcode.NARROW,
            "reserved.543",
            3,
            "reserved.551",
            3,
            "reserved.555",
            0x1ffff,
            "reserved.587",
            3,
            "reserved.801",
            1),
    WIDE_COLUMN(
            Opcode.WIDE,
            "reserved.608",
            0x1708,
            "reserved.655",
            1,
            "reserved.662",
            1,
            "reserved.665",
            0x1ffff,
            "reserved.697",
            3),
    WIDE_GATHER(Opcode.WIDE, "reserved.608", 0x1708, "reserved.655", 1),
    WIDE_PARAMETERS(Opcode.WIDE, "reserved.608", 0x2028, "reserved.655", 3),
    TENSOR(Opcode.TENSOR, "reserved.1563", 0x65, "reserved.1843", 7, "reserved.1923", 9);

    private static final Map<Opcode, List<Variant>> BY_OPCODE = new EnumMap<>(Opcode.class);

    static {
        for (Variant variant : values()) {
            BY_OPCODE.computeIfAbsent(variant.opcode, key -> new ArrayList<>()).add(variant);
        }
    }

    private final Opcode opcode;
    private final long[] bits;

    /** @param values name of a reserved field and its value, alternating */
    Variant(Opcode opcode, Object... values) {
        this.opcode = opcode;
        bits = new long[opcode.bundles() * 2];
        for (int i = 0; i < values.length; i += 2) {
            Field field = InstructionSet.field(opcode, (String) values[i]);
            if (!field.reserved()) {
                throw new IllegalStateException(this + ": " + field + " is not reserved");
            }
            Bits.set(bits, field.bit(), field.width(), ((Number) values[i + 1]).longValue());
        }
    }

    /** The known uses of an opcode; empty for opcodes no Dense program holds. */
    public static List<Variant> of(Opcode opcode) {
        return List.copyOf(BY_OPCODE.getOrDefault(opcode, List.of()));
    }

    public Opcode opcode() {
        return opcode;
    }

    long[] bits() {
        return bits;
    }

    void apply(long[] words) {
        for (int i = 0; i < bits.length; i++) {
            words[i] |= bits[i];
        }
    }
}
