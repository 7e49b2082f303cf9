package org.tensorizer.device.emulator;

import java.util.Arrays;
import java.util.BitSet;
import org.tensorizer.isa.Branch;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Scalar;
import org.tensorizer.isa.TileInstruction;

/**
 * Where the immediates of a chunk's scalar core go, without executing it. Those that reach nothing or nothing but addresses
 * of DMA descriptors play no part in what a program computes: over USB the host decides what it sends, and libedgetpu
 * writes pointers of its own there, other ones for each inference.
 */
final class ScalarFlow {
    private static final int ADDRESS_WORDS = 2;
    private static final int KIND_WORD = 3;

    /** How loads and stores address scalar memory other than by a word of their own. */
    private static final int BY_REGISTER = 2;

    private static final int BY_REGISTER_INCREMENT = 3;

    private final BitSet[] registers = sets(Chip.SCALAR_REGISTERS);
    private final BitSet[] predicates = sets(Chip.PREDICATES);
    private final Integer[] constants = new Integer[Chip.SCALAR_REGISTERS];
    private final BitSet immediates = new BitSet();
    private final BitSet others = new BitSet();
    private boolean done;

    private ScalarFlow(InstructionStream stream) {
        for (int pass = 0; pass < 2; pass++) { // what a loop carries from its end to its beginning shows in the second
            for (int i = 0; i < stream.size(); i++) {
                add(stream.get(i), stream.bundle(i));
            }
        }
        immediates.andNot(others);
    }

    /** @throws org.tensorizer.isa.InstructionFormatException the bytes are no chunk */
    static ScalarFlow of(String name, byte[] chunk) {
        return new ScalarFlow(InstructionStream.frame(name, chunk));
    }

    /** Bundles whose immediate reaches addresses at most. */
    BitSet addressBundles() {
        return immediates;
    }

    /** Whether it tells the host that the program is done. */
    boolean isLast() {
        return done;
    }

    private static BitSet[] sets(int count) {
        BitSet[] sets = new BitSet[count];
        Arrays.setAll(sets, i -> new BitSet());
        return sets;
    }

    private void add(Instruction i, int bundle) {
        if (i.opcode() == Opcode.SCALAR) {
            scalar(i, bundle);
        } else if (i.opcode() == Opcode.BRANCH && i.isSet(Branch.CONDITIONAL)) {
            others.or(predicates[i.getInt(Branch.PREDICATE)]);
        } else if (i.opcode().isTileOp()
                && i.opcode() != Opcode.TILE_FENCE
                && i.isSet(TileInstruction.TILES_FROM_REGISTER)) {
            others.or(registers[i.getInt(TileInstruction.TILES_REGISTER)]);
        }
    }

    private void scalar(Instruction i, int bundle) {
        BitSet gate = i.isSet(Scalar.GATED) ? predicates[i.getInt(Scalar.PREDICATE)] : null;
        BitSet result = result(i, bundle);
        Integer constant = i.getInt(Scalar.OPERATION) == Scalar.Alu.MOV.immediate() && !i.isSet(Scalar.GATED)
                ? Integer.valueOf(i.getInt(Scalar.IMMEDIATE))
                : null;
        store(i, gate);
        if (i.getInt(Scalar.LOAD) == BY_REGISTER || i.getInt(Scalar.LOAD) == BY_REGISTER_INCREMENT) {
            others.or(registers[i.getInt(Scalar.LOAD_ADDRESS) % Chip.SCALAR_REGISTERS]);
        }
        if (i.getInt(Scalar.SPECIAL) != 0) {
            others.or(registers[i.getInt(Scalar.SPECIAL_SOURCE)]);
            write(registers[i.getInt(Scalar.SPECIAL_DESTINATION)], new BitSet(), gate);
            constants[i.getInt(Scalar.SPECIAL_DESTINATION)] = null;
        }
        int operation = i.getInt(Scalar.OPERATION) & (Scalar.IMMEDIATE_FORM - 1);
        int destination = i.getInt(Scalar.DESTINATION);
        if (operation >= Scalar.Alu.EQ.code() && operation <= Scalar.Alu.GE_UNSIGNED.code()) {
            write(predicates[destination % Chip.PREDICATES], result, gate);
        } else if (operation != 0) {
            write(registers[destination], result, gate);
            constants[destination] = constant;
        }
        if (i.getInt(Scalar.LOAD) != 0) {
            write(registers[i.getInt(Scalar.LOAD_TO)], new BitSet(), gate);
            constants[i.getInt(Scalar.LOAD_TO)] = null;
        }
    }

    private BitSet result(Instruction i, int bundle) {
        int code = i.getInt(Scalar.OPERATION);
        BitSet result = new BitSet();
        if (code == 0) {
            return result;
        }
        if ((code & Scalar.IMMEDIATE_FORM) != 0) {
            immediates.set(bundle);
            result.set(bundle);
        } else {
            result.or(registers[i.getInt(Scalar.IMMEDIATE) & Chip.SCALAR_REGISTERS - 1]);
        }
        if ((code & (Scalar.IMMEDIATE_FORM - 1)) != Scalar.Alu.MOV.code()) {
            result.or(registers[i.getInt(Scalar.SOURCE)]);
        }
        return result;
    }

    /**
     * What is written only at times adds to what was there.
     *
     * @param gate what decides it, null for always
     */
    private static void write(BitSet to, BitSet from, BitSet gate) {
        if (gate == null) {
            to.clear();
        } else {
            to.or(gate);
        }
        to.or(from);
    }

    private void store(Instruction i, BitSet gate) {
        int mode = i.getInt(Scalar.STORE);
        if (mode == 0) {
            return;
        }
        int word = i.getInt(Scalar.STORE_ADDRESS);
        int register = i.getInt(Scalar.STORE_REGISTER);
        if (mode == Scalar.DESCRIPTOR_WORD && word < ADDRESS_WORDS) {
            return; // that it is an address is all that becomes of it
        }
        if (gate != null) {
            others.or(gate);
        }
        if (mode == Scalar.DESCRIPTOR_SUBMIT) {
            return;
        }
        others.or(registers[register]);
        if (mode == BY_REGISTER || mode == BY_REGISTER_INCREMENT) {
            others.or(registers[word % Chip.SCALAR_REGISTERS]);
        } else if (mode == Scalar.DESCRIPTOR_WORD && word == KIND_WORD) {
            Integer kind = constants[register];
            done |= kind != null && kind == Scalar.Descriptor.DONE.code();
        }
    }
}
