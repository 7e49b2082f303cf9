package org.tensorizer.device.emulator;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.ScalarFence;
import org.tensorizer.isa.WideToNarrow;

/** Changes fields of a Dense program's instructions. The instructions stay where they are, so the relocations hold. */
final class Rewiring {
    /** What an instruction is there for in a Dense program. */
    enum Use {
        OP(Opcode.MULTIPLY_ACCUMULATE, i -> true),
        STORE_PARAMETERS(Opcode.RING_BUS_CONSUMER_0, i -> i.isSet(RingBusConsumer.PARAMETERS)),
        STORE_RING(Opcode.RING_BUS_CONSUMER_0, i -> !i.isSet(RingBusConsumer.PARAMETERS)),
        POP_PARAMETERS(Opcode.POP, i -> !i.isSet(Pop.INPUT)),
        POP_INPUT(Opcode.POP, i -> i.isSet(Pop.INPUT)),
        INFEED(Opcode.INFEED, i -> true),
        READ_HEADER(Opcode.WIDE_TO_NARROW, i -> i.isSet(WideToNarrow.TO_SCALING)),
        GATHER(Opcode.WIDE_TO_NARROW, i -> !i.isSet(WideToNarrow.TO_SCALING) && waits(i) == 1),
        STAGE(Opcode.NARROW_TO_WIDE, i -> true),
        SEND(Opcode.RING_BUS_PRODUCER, i -> true),
        OUTFEED(Opcode.OUTFEED, i -> true),
        FENCE(Opcode.TILE_FENCE, i -> true),
        AWAIT_PACKETS(Opcode.SCALAR_FENCE, i -> i.isSet(ScalarFence.COUNT_ON.get(ScalarCounter.PRODUCER_A.id())));

        private final Opcode opcode;
        private final Predicate<Instruction> filter;

        Use(Opcode opcode, Predicate<Instruction> filter) {
            this.opcode = opcode;
            this.filter = filter;
        }

        private static int waits(Instruction instruction) {
            return WideToNarrow.WAITS.get(instruction).size();
        }
    }

    private final Program program;
    private final InstructionStream stream;

    private Rewiring(Program program) {
        this.program = program;
        this.stream = InstructionStream.frame("rewired", program.bytes());
    }

    static Rewiring of(Program program) {
        return new Rewiring(program);
    }

    List<Instruction> all(Use use) {
        List<Instruction> found = stream.instructions().stream()
                .filter(instruction -> instruction.opcode() == use.opcode)
                .filter(use.filter)
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no " + use);
        }
        return found;
    }

    Rewiring change(Use use, Consumer<Instruction> change) {
        all(use).forEach(change);
        return this;
    }

    Rewiring change(Use use, Predicate<Instruction> filter, Consumer<Instruction> change) {
        all(use).stream().filter(filter).forEach(change);
        return this;
    }

    /** Exchanges the values of a field of two instructions. */
    Rewiring exchange(Instruction a, Instruction b, Field field) {
        long value = a.get(field);
        a.set(field, b.get(field));
        b.set(field, value);
        return this;
    }

    static void add(Instruction instruction, Field field, long value) {
        instruction.set(field, instruction.get(field) + value);
    }

    Program program() {
        return new Program(stream.toBytes(), program.relocations());
    }
}
