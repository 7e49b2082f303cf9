package org.tensorizer.device.emulator;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tensorizer.dense.Instruction;
import org.tensorizer.dense.InstructionSet;
import org.tensorizer.dense.InstructionStream;
import org.tensorizer.isa.Program;
import org.tensorizer.dense.Variant;

/** Changes fields of a program's instructions. The instructions stay where they are, so the relocations hold. */
final class Rewiring {
    private final Program program;
    private final InstructionStream stream;

    private Rewiring(Program program) {
        this.program = program;
        this.stream = InstructionStream.frame("rewired", program.bytes());
    }

    static Rewiring of(Program program) {
        return new Rewiring(program);
    }

    List<Instruction> all(Variant variant) {
        return all(variant, instruction -> true);
    }

    List<Instruction> all(Variant variant, Predicate<Instruction> filter) {
        List<Instruction> found = stream.instructions().stream()
                .filter(instruction -> InstructionSet.variant(instruction).equals(java.util.Optional.of(variant)))
                .filter(filter)
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no " + variant);
        }
        return found;
    }

    Rewiring change(Variant variant, Consumer<Instruction> change) {
        all(variant).forEach(change);
        return this;
    }

    Rewiring change(Variant variant, Predicate<Instruction> filter, Consumer<Instruction> change) {
        all(variant, filter).forEach(change);
        return this;
    }

    /** Exchanges the values of a field of two instructions. */
    Rewiring exchange(Instruction a, Instruction b, String field) {
        long value = a.get(field);
        a.set(field, b.get(field));
        b.set(field, value);
        return this;
    }

    static void add(Instruction instruction, String field, long value) {
        instruction.set(field, instruction.get(field) + value);
    }

    Program program() {
        return new Program(stream.toBytes(), program.relocations());
    }
}
