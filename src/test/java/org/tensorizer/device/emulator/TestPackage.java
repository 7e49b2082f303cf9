package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.tensorizer.base.ByteRange;
import org.tensorizer.isa.Program;
import org.tensorizer.model.DataType;
import org.tensorizer.model.DmaHints;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Layer;

/** A package made of two streams and a payload, without a file format around them. */
record TestPackage(Program caching, Program execution, byte[] payload, int inputs, int outputs) {
    TestPackage withCaching(Program program) {
        return new TestPackage(program, execution, payload, inputs, outputs);
    }

    TestPackage withExecution(Program program) {
        return new TestPackage(caching, program, payload, inputs, outputs);
    }

    TestPackage withPayload(byte[] bytes) {
        return new TestPackage(caching, execution, bytes, inputs, outputs);
    }

    EmulatedProgram load() {
        return load(ChipParameters.EDGE_TPU);
    }

    EmulatedProgram load(ChipParameters chip) {
        return load(chip, executable -> executable);
    }

    /** Loads it with executables changed. */
    EmulatedProgram load(ChipParameters chip, UnaryOperator<Executable> change) {
        ByteBuffer file = ByteBuffer.allocate(caching.bytes().length + execution.bytes().length + payload.length)
                .put(caching.bytes())
                .put(execution.bytes())
                .put(payload)
                .clear();
        int executionAt = caching.bytes().length;
        int payloadAt = executionAt + execution.bytes().length;
        ByteRange none = new ByteRange(0, 0);
        Executable first = executable(
                0,
                ExecutableType.PARAMETER_CACHING,
                new ByteRange(payloadAt, file.limit()),
                caching,
                0,
                List.of(),
                List.of());
        Executable second = executable(
                1,
                ExecutableType.EXECUTION_ONLY,
                none,
                execution,
                executionAt,
                List.of(layer("", false, inputs)),
                List.of(layer("", true, outputs)));
        EdgeTpuPackage compiled = new EdgeTpuPackage(
                0,
                0,
                0,
                new ByteRange(0, file.limit()),
                Optional.empty(),
                OptionalInt.empty(),
                14,
                "",
                0,
                "",
                0,
                none,
                none,
                Stream.of(first, second).map(change).toList(),
                List.of());
        return EmulatedProgram.load(compiled, file, chip);
    }

    byte[] run(byte[] in) {
        byte[] out = new byte[outputs];
        load().run(in, out);
        return out;
    }

    private static Executable executable(
            int index,
            ExecutableType type,
            ByteRange parameters,
            Program program,
            int at,
            List<Layer> inputs,
            List<Layer> outputs) {
        ByteRange chunk = new ByteRange(at, at + program.bytes().length);
        ByteRange none = new ByteRange(0, 0);
        return new Executable(
                index,
                chunk,
                type,
                "test",
                0,
                1,
                "beagle",
                0,
                parameters,
                List.of(new InstructionChunk(0, chunk, program.relocations())),
                inputs,
                outputs,
                new DmaHints(true, List.of()),
                1,
                Optional.empty(),
                0,
                0,
                0,
                false,
                none);
    }

    private static Layer layer(String name, boolean output, int size) {
        return new Layer(
                name,
                output,
                (size + 7) / 8 * 8,
                1,
                1,
                size,
                0,
                1,
                DataType.FIXED_POINT8,
                1,
                false,
                List.of(),
                Optional.empty(),
                List.of());
    }
}
