package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** Every chunk of every real model there is: framing and disassembling lose nothing, whatever the dialect. */
class RealModelsTest {
    record Chunk(String name, TfliteModel model, InstructionChunk chunk) {
        InstructionStream frame() {
            return InstructionStream.frame(name, model.bytes(), chunk.range());
        }

        byte[] bytes() {
            ByteBuffer view = model.bytes(chunk.range());
            byte[] bytes = new byte[view.remaining()];
            view.get(bytes);
            return bytes;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        SharedFolder.templates().stream()
                .map(TfliteModel::read)
                .filter(TfliteModel::isCompiled)
                .forEach(model -> {
                    String file =
                            java.nio.file.Path.of(model.name()).getFileName().toString();
                    for (EdgeTpuPackage compiled : model.packages()) {
                        for (Executable executable : compiled.executables()) {
                            for (InstructionChunk chunk : executable.chunks()) {
                                String name = file + " package " + compiled.index() + " " + executable.type()
                                        + " chunk " + chunk.index();
                                chunks.add(new Chunk(name, model, chunk));
                            }
                        }
                    }
                });
        assertThat(chunks).hasSizeGreaterThan(10);
        return chunks.stream();
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void framesWithoutErrorAndGivesTheSameBytes(Chunk chunk) {
        assertThat(chunk.frame().toBytes()).isEqualTo(chunk.bytes());
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void holdsWhatACompleteProgramPromises(Chunk chunk) {
        assumeThat(chunk.chunk().index()).as("later chunks number on").isZero();
        chunk.frame().checkClosed();
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void disassemblesWithEveryInstructionAndEveryRelocation(Chunk chunk) {
        InstructionStream stream = chunk.frame();
        List<String> lines =
                Disassembler.text(stream, chunk.chunk().relocations()).lines().toList();
        assertThat(lines).filteredOn(line -> line.startsWith("0x")).hasSize(stream.size());
        assertThat(lines)
                .filteredOn(line -> line.contains("<-"))
                .hasSize(chunk.chunk().relocations().size());
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void everyRelocationPointsAtTheImmediateOfAMove(Chunk chunk) {
        InstructionStream stream = chunk.frame();
        Field immediate = InstructionSet.field(Opcode.SCALAR, "immediate");
        chunk.chunk().relocations().forEach(relocation -> {
            int bundle = relocation.bit() / Opcode.BUNDLE_BITS;
            Instruction instruction = stream.get(stream.indexAtBundle(bundle));
            assertThat(instruction.opcode()).isEqualTo(Opcode.SCALAR);
            assertThat(relocation.bit() - bundle * Opcode.BUNDLE_BITS).isEqualTo(immediate.bit());
            assertThat(instruction.get("operation")).isEqualTo(0x2f);
        });
    }
}
