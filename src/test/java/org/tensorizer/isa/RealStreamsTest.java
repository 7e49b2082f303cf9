package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.TfliteModel;

/** Every chunk of every real model there is: no bit stays undecoded, and what is read is written back. */
class RealStreamsTest {
    record Chunk(String name, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        for (TfliteModel model : Stream.concat(SharedFolder.templates().stream(), SharedFolder.networks().stream())
                .map(TfliteModel::read)
                .filter(TfliteModel::isCompiled)
                .toList()) {
            for (EdgeTpuPackage compiled : model.packages()) {
                for (Executable executable : compiled.executables()) {
                    for (InstructionChunk chunk : executable.chunks()) {
                        byte[] bytes = new byte[chunk.range().length()];
                        model.bytes(chunk.range()).get(bytes);
                        chunks.add(new Chunk(model.name() + " " + executable.type() + " " + chunk.index(), bytes));
                    }
                }
            }
        }
        return chunks.stream();
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void everyBitIsDecoded(Chunk chunk) {
        InstructionStream stream = InstructionStream.frame(chunk.name(), chunk.bytes());
        for (int i = 0; i < stream.size(); i++) {
            assertThat(stream.get(i).undecodedBits())
                    .as("bundle " + stream.bundle(i) + " " + stream.get(i))
                    .isEmpty();
        }
        assertThat(stream.toBytes()).isEqualTo(chunk.bytes());
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void walksWaitsAndSignalsAreWrittenAsTheyWereRead(Chunk chunk) {
        for (Instruction read :
                InstructionStream.frame(chunk.name(), chunk.bytes()).instructions()) {
            Instruction written = Instruction.of(read.opcode());
            for (FieldTable.Group group : read.opcode().table().groups()) {
                if (group instanceof Walk walk) {
                    walk.set(written, walk.get(read));
                }
                for (Field field : group.fields()) {
                    if (!(group instanceof Walk)) {
                        written.set(field, read.get(field));
                    }
                }
                assertThat(group.fields()).allMatch(field -> written.get(field) == read.get(field));
            }
            read.opcode().table().single().forEach(field -> written.set(field, read.get(field)));
            assertThat(written).isEqualTo(read);
        }
    }
}
