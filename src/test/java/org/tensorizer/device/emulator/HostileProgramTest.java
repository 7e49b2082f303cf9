package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.emulator.Rewiring.Use;
import org.tensorizer.fuzz.Allocation;
import org.tensorizer.isa.Branch;
import org.tensorizer.isa.Frame;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.WideToNarrow;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

/** Programs made to cost more than they are worth: one number in a small file, gigabytes in the plan. */
class HostileProgramTest {
    private static final Path FOLDER = Path.of("src/test/resources/hostile/programs");
    private static final long MOST_HEAP = 16 << 20;
    private static final long MOST_MANY = 1L << 30;

    /** Empty where the program is sound and merely repeats itself. */
    static final Map<String, String> MESSAGES = Map.of(
            "walk-of-a-million-words", "activations: inactive loop 3",
            "group-of-4000-rows", "",
            "two-weight-rows-read-2000-times", "",
            "input-of-64mib", "1 units of 8 bytes, descriptor of 67108864");

    static final Iterable<String> NAMES = MESSAGES.keySet();

    @ParameterizedTest
    @FieldSource("NAMES")
    void costsNextToNothing(String name) {
        TfliteModel model = TfliteModel.read(FOLDER.resolve(name + ".tflite"));
        String message = MESSAGES.get(name);
        long allocated = Allocation.of(() -> {
            if (message.isEmpty()) {
                EmulatedProgram.load(model.onlyPackage(), model.bytes(), ChipParameters.EDGE_TPU);
            } else {
                assertThatThrownBy(
                                () -> EmulatedProgram.load(model.onlyPackage(), model.bytes(), ChipParameters.EDGE_TPU))
                        .isInstanceOf(UnsupportedProgramException.class)
                        .hasMessageContaining(message);
            }
        });
        assertThat(allocated).isLessThan(MOST_HEAP);
    }

    @Test
    void everyFileHasItsMessage() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".tflite", ""))
                            .collect(Collectors.toSet()))
                    .isEqualTo(MESSAGES.keySet());
        }
    }

    /** No single instruction asks for much, all of them together do. */
    @Test
    void manyInstructionsOfManyAddresses() {
        TestPackage sound = TestDense.random(DenseShape.of(8, 8, ParameterFormat.PER_TENSOR), 1)
                .compiled();
        Rewiring execution = Rewiring.of(sound.execution());
        Instruction reader = execution.all(Use.GATHER).get(0);
        WideToNarrow.ROWS.set(reader, Loops.from(1000).step(1, 1024).window(1, 1));
        WideToNarrow.WORDS.set(reader, Loops.from(0).step(0, 65536));
        Program many = repeated(execution.program(), reader, 40);
        long allocated = Allocation.of(() ->
                assertThatThrownBy(sound.withExecution(many)::load).isInstanceOf(UnsupportedProgramException.class));
        assertThat(allocated).isLessThan(MOST_MANY);
    }

    /** A branch back over one bundle, ahead of everything else: the scalar core would never come to an end. */
    @Test
    void aLoopThatNeverEnds() {
        TestPackage sound = TestDense.random(DenseShape.of(8, 8, ParameterFormat.PER_TENSOR), 1)
                .compiled();
        Program program = sound.execution();
        List<Instruction> all = new ArrayList<>();
        InstructionStream.frame("once", program.bytes()).instructions().forEach(each -> all.add(each.copy()));
        Instruction idle = Instruction.of(Opcode.SCALAR);
        Instruction back = Instruction.of(Opcode.BRANCH);
        back.set(Branch.OFFSET, -1);
        back.set(Branch.CONSTANT, 1);
        all.add(1, idle);
        all.add(2, back);
        InstructionStream stream = InstructionStream.of("endless", all);
        stream.get(0).set(Frame.BODY_BITS, (stream.bundle(stream.size()) - 2L) * 128);
        Program endless = new Program(
                stream.toBytes(),
                program.relocations().stream()
                        .map(r -> new Relocation(r.kind(), r.batch(), r.name(), r.half(), r.bit() + 2 * 128))
                        .toList());
        assertThatThrownBy(sound.withExecution(endless)::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("a loop that never ends?");
    }

    /** The program with an instruction several times in its place, numbered as a program is. */
    private static Program repeated(Program program, Instruction instruction, int times) {
        List<Instruction> all = new ArrayList<>();
        for (Instruction each : InstructionStream.frame("once", program.bytes()).instructions()) {
            for (int i = each.equals(instruction) ? times : 1; i > 0; i--) {
                all.add(each.copy());
            }
        }
        long sequence = 0;
        for (Instruction each : all) {
            if (each.opcode().isTileOp()) {
                each.number(sequence++);
            }
        }
        InstructionStream stream = InstructionStream.of("often", all);
        stream.get(0).set(Frame.BODY_BITS, (stream.bundle(stream.size()) - 2L) * 128);
        int moved = 128 * (times - 1) * instruction.bundles();
        return new Program(
                stream.toBytes(),
                program.relocations().stream()
                        .map(r -> r.kind() == Relocation.Kind.OUTPUT
                                ? new Relocation(r.kind(), r.batch(), r.name(), r.half(), r.bit() + moved)
                                : r)
                        .toList());
    }
}
