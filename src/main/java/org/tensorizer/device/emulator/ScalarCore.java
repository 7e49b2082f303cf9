package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Scalar;

/**
 * The scalar core: 32 registers, 8 predicates, one DMA descriptor in the making. Values that depend on an inference's data
 * are not known while a program is linked; null stands for them. What steers the program may not depend on them: addresses,
 * descriptors, branches.
 */
final class ScalarCore {
    /** What it is connected to. */
    interface Port {
        /** A word of scalar memory. */
        Integer load(InstructionSite by, int at);

        void store(InstructionSite by, int at, Integer value);

        /** A word for the host. */
        void push(InstructionSite by, Integer value);

        /** A DMA descriptor is complete. */
        void submit(InstructionSite by, long address, int size, int kind);
    }

    private static final int WORDS = 4;
    private static final int IN_FIELD = 1;
    private static final int INCREMENTS = 3;

    private final Port port;
    private final Integer[] registers = new Integer[Chip.SCALAR_REGISTERS];
    private final boolean[] set = new boolean[Chip.SCALAR_REGISTERS];
    private final Boolean[] predicates = new Boolean[Chip.PREDICATES];
    private final Integer[] descriptor = new Integer[WORDS];

    ScalarCore(Port port) {
        this.port = port;
        Arrays.fill(predicates, false);
    }

    /** Value of a predicate, null if it depends on data. */
    Boolean predicate(int number) {
        return predicates[number];
    }

    /** Value of a register, null if it depends on data. */
    Integer register(InstructionSite by, int number) {
        by.require(set[number], "register %d was never set", number);
        return registers[number];
    }

    private int known(InstructionSite by, int number, String use) {
        Integer value = register(by, number);
        by.require(value != null, "%s in register %d depends on data", use, number);
        return value;
    }

    /** @param immediate its immediate, with its relocation applied */
    void execute(InstructionSite at, int immediate) {
        Instruction i = at.instruction();
        boolean uncertain = false;
        if (i.isSet(Scalar.GATED)) {
            Boolean predicate = predicates[i.getInt(Scalar.PREDICATE)];
            uncertain = predicate == null;
            if (!uncertain && predicate != (i.getInt(Scalar.SENSE) == 1)) {
                return;
            }
        }
        boolean loads = i.getInt(Scalar.LOAD) != 0;
        Integer loaded = loads
                ? port.load(at, address(at, i.getInt(Scalar.LOAD), i.getInt(Scalar.LOAD_ADDRESS), uncertain))
                : null;
        Integer special = special(at, i);
        int operation = i.getInt(Scalar.OPERATION) & (Scalar.IMMEDIATE_FORM - 1);
        Integer result = operation == 0 ? null : result(at, i, operation, immediate);
        at.require(
                operation != 0 || i.getInt(Scalar.OPERATION) == 0, "scalar operation 0x%x", i.getInt(Scalar.OPERATION));
        store(at, i, uncertain);
        int destination = i.getInt(Scalar.DESTINATION);
        if (operation >= Scalar.Alu.EQ.code() && operation <= Scalar.Alu.GE_UNSIGNED.code()) {
            predicates[destination % Chip.PREDICATES] =
                    uncertain || result == null ? null : Boolean.valueOf(result != 0);
        } else if (operation != 0) {
            write(destination, uncertain ? null : result);
        }
        if (i.getInt(Scalar.SPECIAL) != 0) {
            write(i.getInt(Scalar.SPECIAL_DESTINATION), uncertain ? null : special);
        }
        if (loads) {
            write(i.getInt(Scalar.LOAD_TO), uncertain ? null : loaded);
        }
    }

    private void write(int register, Integer value) {
        registers[register] = value;
        set[register] = true;
    }

    private int address(InstructionSite at, int mode, int field, boolean uncertain) {
        int address = field;
        if (mode != IN_FIELD) {
            int number = field % Chip.SCALAR_REGISTERS;
            at.require(
                    field / Chip.SCALAR_REGISTERS == (mode == INCREMENTS ? 1 : 0),
                    "address field 0x%x in mode %d",
                    field,
                    mode);
            at.require(mode != INCREMENTS || !uncertain, "the address depends on data");
            address = known(at, number, "the address");
            if (mode == INCREMENTS) {
                write(number, address + 1);
            }
        }
        at.require(address >= 0 && address < Chip.SCALAR_WORDS, "scalar memory word %d", address);
        return address;
    }

    private Integer special(InstructionSite at, Instruction i) {
        int code = i.getInt(Scalar.SPECIAL);
        if (code == 0) {
            at.require(
                    i.getInt(Scalar.SPECIAL_SOURCE) == 0 && i.getInt(Scalar.SPECIAL_DESTINATION) == 0,
                    "registers of no special function");
            return null;
        }
        at.require(code == 2 || code == 3, "special function %d", code);
        Integer bits = register(at, i.getInt(Scalar.SPECIAL_SOURCE));
        if (bits == null) {
            return null;
        }
        float x = Float.intBitsToFloat(bits);
        return Float.floatToRawIntBits(code == 2 ? 1 / x : (float) Math.pow(2, x));
    }

    private Integer result(InstructionSite at, Instruction i, int operation, int immediate) {
        at.require(operation < Scalar.Alu.values().length, "scalar operation 0x%x", operation);
        Scalar.Alu alu = Scalar.Alu.values()[operation];
        Integer y = immediate;
        if ((i.getInt(Scalar.OPERATION) & Scalar.IMMEDIATE_FORM) == 0) {
            at.require(immediate >= 0 && immediate < Chip.SCALAR_REGISTERS, "register %d", immediate);
            y = register(at, immediate);
        }
        boolean unary = alu == Scalar.Alu.MOV || alu == Scalar.Alu.INT_TO_FLOAT || alu == Scalar.Alu.FLOAT_TO_INT;
        Integer x = unary ? Integer.valueOf(0) : register(at, i.getInt(Scalar.SOURCE));
        return x == null || y == null ? null : Integer.valueOf(compute(alu, x, y));
    }

    private static int compute(Scalar.Alu alu, int x, int y) {
        return switch (alu) {
            case NOP -> 0;
            case ADD -> x + y;
            case SUB -> x - y;
            case AND -> x & y;
            case OR -> x | y;
            case XOR -> x ^ y;
            case SHL -> x << y;
            case SHR -> x >>> y;
            case ASR -> x >> y;
            case EQ -> x == y ? 1 : 0;
            case NEQ -> x != y ? 1 : 0;
            case GT -> x > y ? 1 : 0;
            case LT -> x < y ? 1 : 0;
            case GE -> x >= y ? 1 : 0;
            case GE_UNSIGNED -> Integer.compareUnsigned(x, y) >= 0 ? 1 : 0;
            case MOV -> y;
            case INT_TO_FLOAT -> bits((float) y);
            case FLOAT_TO_INT -> (int) Math.rint(real(y));
            case FLOAT_ADD -> bits(real(x) + real(y));
            case FLOAT_SUB -> bits(real(x) - real(y));
            case FLOAT_MUL -> bits(real(x) * real(y));
            case FLOAT_MAX -> bits(Math.max(real(x), real(y)));
            case FLOAT_MIN -> bits(Math.min(real(x), real(y)));
        };
    }

    private static float real(int bits) {
        return Float.intBitsToFloat(bits);
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private void store(InstructionSite at, Instruction i, boolean uncertain) {
        int mode = i.getInt(Scalar.STORE);
        int field = i.getInt(Scalar.STORE_ADDRESS);
        int register = i.getInt(Scalar.STORE_REGISTER);
        switch (mode) {
            case 0 -> {}
            case 1, 2, 3 -> {
                int address = address(at, mode, field, uncertain);
                Integer value = register(at, register);
                port.store(at, address, uncertain ? null : value);
            }
            case Scalar.PUSH -> {
                at.require(!uncertain, "whether it pushes a word depends on data");
                port.push(at, register(at, register));
            }
            case Scalar.DESCRIPTOR_WORD -> {
                at.require(field < WORDS && !uncertain, "descriptor word %d", field);
                descriptor[field] = known(at, register, "a descriptor word");
            }
            case Scalar.DESCRIPTOR_SUBMIT -> {
                at.require(!uncertain, "whether it hands over a descriptor depends on data");
                for (Integer word : descriptor) {
                    at.require(word != null, "incomplete descriptor");
                }
                port.submit(
                        at,
                        Integer.toUnsignedLong(descriptor[0]) | (long) descriptor[1] << 32,
                        descriptor[2],
                        descriptor[3]);
                Arrays.fill(descriptor, null);
            }
            default -> throw at.refused("store mode %d", mode);
        }
    }

    /** Scalar core and scalar memory during an inference: what linking left to them because it depends on data. */
    static final class Unit implements Port {
        private final byte[] output;
        private final int[] memory = new int[Chip.SCALAR_WORDS];
        private ScalarCore core = new ScalarCore(this);
        private int pushedTo;
        private boolean used;

        /** @param output the output stream, which words are pushed into */
        Unit(byte[] output) {
            this.output = output;
        }

        /** Before another inference. */
        void reset() {
            if (used) {
                Arrays.fill(memory, 0);
                core = new ScalarCore(this);
                used = false;
            }
        }

        void run(LinkedStep.Compute compute) {
            used = true;
            for (LinkedStep.ScalarInstruction instruction : compute.instructions()) {
                pushedTo = instruction.pushedTo();
                core.execute(instruction.site(), instruction.operand());
            }
        }

        /** A packet arrives; bytes behind its end are 0. */
        void collect(byte[] bytes, RowBytes packet, int words, int at) {
            used = true;
            for (int k = 0; k < words; k++) {
                int word = 0;
                for (int b = 0; b < Chip.WORD_BYTES; b++) {
                    int from = k * Chip.WORD_BYTES + b;
                    word |= from < packet.length() ? (bytes[packet.offset() + from] & 0xff) << 8 * b : 0;
                }
                memory[at + k] = word;
            }
        }

        /** Copies words into a row. */
        void row(int at, byte[] into, int offset, int bytes) {
            for (int k = 0; k < bytes / Chip.WORD_BYTES; k++) {
                Words.put(into, offset + k * Chip.WORD_BYTES, memory[at + k]);
            }
        }

        @Override
        public Integer load(InstructionSite by, int at) {
            return memory[at];
        }

        @Override
        public void store(InstructionSite by, int at, Integer value) {
            memory[at] = value;
        }

        @Override
        public void push(InstructionSite by, Integer value) {
            Words.put(output, pushedTo, value);
        }

        /** Linking has taken care of descriptors. */
        @Override
        public void submit(InstructionSite by, long address, int size, int kind) {}
    }
}
