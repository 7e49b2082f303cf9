package org.tensorizer.device.emulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.fuzz.FlatDamage;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;
import org.tensorizer.fuzz.StreamMutator;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** Damaged programs: the emulated chip runs them or refuses them, soon, and within bounds of memory. */
class EmulatorFuzzTest {
    /** Two memories of 16 tiles and the plan; a hostile limit or size must not multiply that. */
    private static final long HEAP = 16 << 20;

    @Test
    void damagedProgramsRunOrAreRefused(TestReporter reporter) throws IOException {
        new Fuzz(1, BadInputException.class, HEAP, 48).run(targets(), reporter);
    }

    private static List<Target> targets() throws IOException {
        List<Target> targets = new ArrayList<>();
        for (String name : List.of("dense_256_int8_identity", "dense_256_uint8_per_channel")) {
            byte[] bytes = Files.readAllBytes(Path.of("fixtures/templates", name + "_edgetpu.tflite"));
            EdgeTpuPackage compiled = TfliteModel.parse(name, bytes).onlyPackage();
            List<ByteRange> bulk = new ArrayList<>();
            for (Executable executable : compiled.executables()) {
                ByteRange chunk = executable.chunks().get(0).range();
                targets.add(streams(name + "." + executable.type(), bytes, chunk));
                bulk.add(executable.parameters());
                bulk.add(chunk);
            }
            targets.add(new Target(
                    name, bytes, new FlatDamage(bytes, Mutator.sparing(bytes, bulk)), EmulatorFuzzTest::read));
        }
        return targets;
    }

    private static Target streams(String name, byte[] model, ByteRange chunk) {
        StreamMutator mutator = new StreamMutator(Arrays.copyOfRange(model, chunk.start(), chunk.end()));
        return new Target(
                name,
                model,
                (bytes, random) -> ByteBuffer.wrap(model.clone())
                        .put(chunk.start(), mutator.mutateFields(random))
                        .array(),
                EmulatorFuzzTest::read);
    }

    private static void read(String name, byte[] bytes) {
        TfliteModel model = TfliteModel.parse(name, bytes);
        for (EdgeTpuPackage compiled : model.packages()) {
            EmulatedProgram program = EmulatedProgram.load(compiled, model.bytes(), ChipParameters.EDGE_TPU);
            byte[] input = new byte[Math.toIntExact(program.inputs().get(0).unpaddedBytes())];
            new Random(1).nextBytes(input);
            program.run(input, new byte[Math.toIntExact(program.outputs().get(0).unpaddedBytes())]);
        }
    }
}
