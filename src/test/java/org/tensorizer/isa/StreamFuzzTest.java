package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.StreamMutator;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.TfliteModel;

/** Damaged instruction streams: framed, checked, disassembled and compared, or refused with the bundle's place. */
class StreamFuzzTest {
    /** A disassembled line is some ten times the instruction it shows, and is built piece by piece. */
    @Test
    void damagedChunksEndInTextOrAFormatException(TestReporter reporter) {
        new Fuzz(1, InstructionFormatException.class, 1 << 22, 640).run(targets(), reporter);
    }

    private static List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (String name : List.of("dense_256_int8_identity", "dense_256_uint8_per_channel")) {
            TfliteModel model = TfliteModel.read(Path.of("fixtures/templates", name + "_edgetpu.tflite"));
            for (Executable executable : model.onlyPackage().executables()) {
                for (InstructionChunk chunk : executable.chunks()) {
                    byte[] bytes = new byte[chunk.range().length()];
                    model.bytes(chunk.range()).get(bytes);
                    targets.add(target(name + "." + executable.type(), bytes, chunk));
                }
            }
        }
        return targets;
    }

    private static Target target(String name, byte[] sound, InstructionChunk chunk) {
        InstructionStream other = InstructionStream.frame("sound", sound);
        StreamMutator mutator = new StreamMutator(sound);
        return new Target(name, sound, (bytes, random) -> mutator.mutate(random), (n, bytes) -> {
            InstructionStream stream = InstructionStream.frame(n, bytes);
            assertThat(stream.toBytes()).isEqualTo(bytes);
            assertThat(Disassembler.text(stream, chunk.relocations())).isNotEmpty();
            StreamDiff diff = StreamDiff.of(other, stream);
            assertThat(diff.toString()).isNotEmpty();
            stream.instructions().forEach(Instruction::undecodedBits);
            stream.checkClosed();
        });
    }
}
