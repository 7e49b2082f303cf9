package org.tensorizer.dense;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.isa.Disassembler;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.TfliteModel;

/**
 * All chunks of a real network (mobilenet_v1_0.25 from the shared models; without it, both streams of the largest Dense)
 * framed, and framed and printed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DisassemblerBenchmark {
    private static final Path NETWORK = Path.of(
            System.getProperty("tensorizer.shared", "../shared"),
            "templates",
            "mobilenet_v1_0.25_128_quant_edgetpu.tflite");

    private final List<byte[]> chunks = new ArrayList<>();

    @Setup
    public void read() {
        if (!Files.exists(NETWORK)) {
            DenseShape shape = DenseShape.square(2688, ParameterFormat.PER_TENSOR);
            chunks.add(DenseProgram.parameterCaching(shape).bytes());
            chunks.add(DenseProgram.executionOnly(shape, Quantization.perChannel(0.1f, 0, 0.1f, 0))
                    .bytes());
            return;
        }
        TfliteModel model = TfliteModel.read(NETWORK);
        for (Executable executable : model.onlyPackage().executables()) {
            for (InstructionChunk chunk : executable.chunks()) {
                byte[] bytes = new byte[chunk.range().length()];
                model.bytes(chunk.range()).get(bytes);
                chunks.add(bytes);
            }
        }
    }

    @Benchmark
    public int frame() {
        int instructions = 0;
        for (byte[] chunk : chunks) {
            instructions += InstructionStream.frame("chunk", chunk).size();
        }
        return instructions;
    }

    @Benchmark
    public int disassemble() {
        int characters = 0;
        for (byte[] chunk : chunks) {
            characters +=
                    Disassembler.text(InstructionStream.frame("chunk", chunk)).length();
        }
        return characters;
    }
}
