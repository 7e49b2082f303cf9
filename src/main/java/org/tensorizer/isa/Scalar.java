package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * 0x20: one bundle of the scalar core. In one bundle a load, a store or push, an ALU operation and a special function;
 * registers are read before the bundle writes any. Gated bundles are skipped unless the predicate has the sense.
 */
public final class Scalar {
    static final String SEMANTICS =
            "scalar core: load, store or push to the host, ALU, special function, in this order;"
                    + " skipped if gated and the predicate does not have the sense";

    static final FieldTable TABLE = new FieldTable(1);

    public static final Field GATED = TABLE.flag("gated", 0, "runs only if the predicate has the sense", EXECUTED);
    public static final Field PREDICATE = TABLE.number("predicate", 1, 3, "predicate of the gate", EXECUTED);
    public static final Field SENSE = TABLE.number("sense", 4, 1, "value the predicate must have", EXECUTED);

    public static final Field LOAD = TABLE.code(
            "load",
            12,
            2,
            "where the address of the load comes from",
            EXECUTED,
            List.of("NONE", "WORD", "REGISTER", "REGISTER_INCREMENT"));
    public static final Field LOAD_TO = TABLE.number("load.to", 14, 5, "register it loads into", EXECUTED);
    public static final Field LOAD_ADDRESS = TABLE.number(
            "load.address", 19, 12, "word, or register in the low 5 bits; bit 5 = add 1 afterwards", EXECUTED);

    public static final Field STORE = TABLE.code(
            "store",
            32,
            4,
            "store to scalar memory, push to the host, or word of a DMA descriptor",
            EXECUTED,
            List.of("NONE", "WORD", "REGISTER", "REGISTER_INCREMENT", "PUSH", "DESCRIPTOR_WORD", "DESCRIPTOR_SUBMIT"));
    public static final Field STORE_ADDRESS = TABLE.number(
            "store.address",
            36,
            12,
            "as of a load; of a descriptor the word: 0, 1 address low, high, 2 bytes, 3 kind (1 input, 2 parameters,"
                    + " 3 output, 4 done)",
            EXECUTED);
    public static final Field STORE_REGISTER =
            TABLE.number("store.register", 49, 5, "register that is stored", EXECUTED);

    public static final Field OPERATION = TABLE.code(
            "operation",
            54,
            6,
            "ALU; from 0x20 on with the immediate, else with the register it names",
            EXECUTED,
            operations());
    public static final Field DESTINATION =
            TABLE.number("destination", 60, 5, "register that is written; of a comparison the predicate", EXECUTED);
    public static final Field SOURCE = TABLE.number("source", 65, 5, "register of the first operand", EXECUTED);
    public static final Field IMMEDIATE =
            TABLE.mask("immediate", 70, 32, "second operand, or its register; relocations point here", EXECUTED);

    public static final Field SPECIAL = TABLE.code(
            "special", 102, 3, "result two bundles later", EXECUTED, List.of("NONE", "", "RECIPROCAL", "EXP2"));
    public static final Field SPECIAL_DESTINATION =
            TABLE.number("special.destination", 105, 5, "register that is written", EXECUTED);
    public static final Field SPECIAL_SOURCE =
            TABLE.number("special.source", 110, 5, "register of the operand", EXECUTED);

    /** Bit of {@link #OPERATION} of the immediate form. */
    public static final int IMMEDIATE_FORM = 0x20;

    private Scalar() {}

    /** ALU operations by number. Comparisons write a predicate; 12 is signed, 11, 13, 14 are assumed. */
    public enum Alu {
        NOP,
        ADD,
        SUB,
        AND,
        OR,
        XOR,
        SHL,
        SHR,
        ASR,
        EQ,
        NEQ,
        GT,
        LT,
        GE,
        GE_UNSIGNED,
        MOV,
        INT_TO_FLOAT,
        FLOAT_TO_INT,
        FLOAT_ADD,
        FLOAT_SUB,
        FLOAT_MUL,
        FLOAT_MAX,
        FLOAT_MIN;

        /** The code with a register as second operand. */
        public int code() {
            return ordinal();
        }

        /** The code with the immediate as second operand. */
        public int immediate() {
            return ordinal() | IMMEDIATE_FORM;
        }
    }

    /** What {@link #STORE} does. */
    public static final int PUSH = 4;

    /** Sets a word of the DMA descriptor. */
    public static final int DESCRIPTOR_WORD = 5;

    /** Hands the descriptor over. */
    public static final int DESCRIPTOR_SUBMIT = 6;

    /** What a DMA descriptor is for; the codes are word 3 of the descriptor. */
    public enum Descriptor {
        INPUT(1),
        PARAMETERS(2),
        OUTPUT(3),
        DONE(4);

        private final int code;

        Descriptor(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        /** The kind of a code; empty if no known program has it. */
        public static Optional<Descriptor> of(int code) {
            return Arrays.stream(values()).filter(each -> each.code == code).findFirst();
        }
    }

    /** Whether the bundle at a byte is a move of an immediate that is 0: there the runtime may write half an address. */
    public static boolean isEmptyMove(ByteBuffer bytes, int at) {
        Instruction bundle = Instruction.read(Opcode.SCALAR, bytes, at);
        return bundle.bits(Opcode.BIT, Opcode.WIDTH) == Opcode.SCALAR.code()
                && bundle.get(OPERATION) == Alu.MOV.immediate()
                && bundle.get(IMMEDIATE) == 0;
    }

    private static List<String> operations() {
        String[] names = new String[64];
        Arrays.fill(names, "");
        for (Alu alu : Alu.values()) {
            names[alu.code()] = alu.name();
            names[alu.immediate()] = alu.name() + "I";
        }
        return List.of(names);
    }
}
