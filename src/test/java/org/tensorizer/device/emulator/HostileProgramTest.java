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
import org.tensorizer.fuzz.Allocation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Instruction;
import org.tensorizer.dense.InstructionStream;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.isa.Program;
import org.tensorizer.dense.Variant;
import org.tensorizer.model.TfliteModel;

/** Programs made to cost more than they are worth: one number in a small file, gigabytes in the plan. */
class HostileProgramTest {
    private static final Path FOLDER = Path.of("src/test/resources/hostile/programs");
    private static final long MOST_HEAP = 16 << 20;

    static final Map<String, String> MESSAGES = Map.of(
            "walk-of-a-million-words", "TENSOR: activations: a walk of 1000000 addresses",
            "group-of-4000-rows", "TENSOR: 4000 weight rows a group, a tile has 2080",
            "two-weight-rows-read-2000-times", "TENSOR: reads 2000 weight rows, the payload has 2",
            "input-of-64mib", "SCALAR: an input of 67108864 bytes, the tiles hold 1048576");

    static final Iterable<String> NAMES = MESSAGES.keySet();

    @ParameterizedTest
    @FieldSource("NAMES")
    void isRefusedBeforeItCostsAnything(String name) {
        TfliteModel model = TfliteModel.read(FOLDER.resolve(name + ".tflite"));
        long allocated = Allocation.of(() -> assertThatThrownBy(
                        () -> EmulatedProgram.load(model.onlyPackage(), model.bytes(), ChipParameters.EDGE_TPU))
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining(MESSAGES.get(name)));
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
        Instruction reader = execution.all(Variant.WIDE_GATHER).get(0);
        reader.set("rows.limit1", 1023).set("rows.window.length", 1024).set("words.limit0", 65535);
        for (int j = 1; j < 6; j++) {
            reader.set("words.stride" + j, -65535);
        }
        Program many = repeated(execution.program(), reader, 40);
        assertThatThrownBy(sound.withExecution(many)::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("the stream walks over more than 1048576 addresses");
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
                each.set("sequence", sequence++);
            }
        }
        InstructionStream stream = InstructionStream.of("often", all);
        stream.get(0).set("body.bits", (stream.bundle(stream.size()) - 2L) * 128);
        return new Program(stream.toBytes(), program.relocations());
    }
}
