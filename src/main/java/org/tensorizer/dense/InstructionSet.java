package org.tensorizer.dense;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The instruction set as data: every field of every opcode, each written down once. Disassembler, assembler, emulator
 * and the reference page take their knowledge from here. Immutable, thread-safe.
 *
 * <p>No two fields of an opcode share a bit. Bits that no field covers are zero in every known Dense program.
 */
public final class InstructionSet {
    private static final Map<Opcode, OpcodeTable> TABLES = build();

    private InstructionSet() {}

    /** The tables, made anew. */
    static Map<Opcode, OpcodeTable> build() {
        Map<Opcode, OpcodeTable> tables = new EnumMap<>(Opcode.class);
        for (Opcode opcode : Opcode.values()) {
            OpcodeTable table = new OpcodeTable(opcode);
            if (opcode.isTileOp()) {
                TileFields.fill(opcode, table);
            } else {
                ScalarFields.fill(opcode, table);
            }
            tables.put(opcode, table);
        }
        return tables;
    }

    static OpcodeTable table(Opcode opcode) {
        return TABLES.get(opcode);
    }

    /** All fields of an opcode, named and reserved, by position. */
    public static List<Field> fields(Opcode opcode) {
        return table(opcode).fields();
    }

    /**
     * The field of that name.
     *
     * @throws IllegalArgumentException the opcode has no such field
     */
    public static Field field(Opcode opcode, String name) {
        return findField(opcode, name)
                .orElseThrow(() -> new IllegalArgumentException(opcode + " has no field " + name + ", it has "
                        + fields(opcode).stream().map(Field::name).toList()));
    }

    public static Optional<Field> findField(Opcode opcode, String name) {
        return table(opcode).find(name);
    }

    /**
     * The walk of that name: {@code units}, {@code rows}, {@code words}, {@code activations}, {@code outputs},
     * {@code weights}, {@code accumulator}.
     *
     * @throws IllegalArgumentException the opcode has no such walk
     */
    public static Walk walk(Opcode opcode, String name) {
        return table(opcode)
                .findWalk(name)
                .orElseThrow(() -> new IllegalArgumentException(opcode + " has no walk " + name + ", it has "
                        + walks(opcode).stream().map(Walk::name).toList()));
    }

    public static List<Walk> walks(Opcode opcode) {
        return table(opcode).walks();
    }

    /**
     * The known use of the instruction whose undecoded bits are these. Empty if the bits outside all named fields equal
     * those of no known Dense program: what the instruction then does is anybody's guess.
     */
    public static Optional<Variant> variant(Instruction instruction) {
        long[] rest = instruction.unnamed();
        return Variant.of(instruction.opcode()).stream()
                .filter(variant -> Arrays.equals(variant.bits(), rest))
                .findFirst();
    }

    /** Bits that are set and that no field covers, as positions in the instruction. Empty for known Dense programs. */
    public static List<Integer> unlistedBits(Instruction instruction) {
        long[] rest = instruction.unlisted();
        List<Integer> bits = new ArrayList<>();
        for (int word = 0; word < rest.length; word++) {
            for (long left = rest[word]; left != 0; left &= left - 1) {
                bits.add(64 * word + Long.numberOfTrailingZeros(left));
            }
        }
        return bits;
    }
}
