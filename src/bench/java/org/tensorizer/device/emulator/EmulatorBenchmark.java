package org.tensorizer.device.emulator;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.device.tflite.Xnnpack;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.SourceModelWriter;

/**
 * One inference of Dense(N) on the emulated chip beside TFLite's own kernels on the uncompiled model, plain and by way of
 * XNNPACK, in the same run and all through TFLite; and what loading a model costs whose program is known already, as a patched model's is.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EmulatorBenchmark {
    @Param({"256", "1024", "2048"})
    int n;

    private final EmulatorDevice emulator = new EmulatorDevice();
    private final CpuDevice cpu = new CpuDevice();
    private byte[] model;
    private TfliteModel file;
    private Session emulated;
    private Session source;
    private Session fastest;
    private EmulatedProgram program;
    private byte[] in;
    private byte[] out;

    @Setup
    public void open() {
        Random random = new Random(1);
        byte[] weights = new byte[n * n];
        random.nextBytes(weights);
        DenseSpec spec = DenseSpec.of(DenseShape.square(n, ParameterFormat.PER_TENSOR))
                .weights(weights)
                .build();
        model = CompiledModelWriter.write(spec);
        file = TfliteModel.parse("dense", model);
        emulated = emulator.open("dense", model);
        source = cpu.open("source", SourceModelWriter.write(spec));
        fastest = Xnnpack.open("source", SourceModelWriter.write(spec))
                .orElseThrow(() -> new IllegalStateException("this TFLite has no XNNPACK"));
        program = load();
        in = new byte[n];
        out = new byte[n];
        random.nextBytes(in);
    }

    @TearDown
    public void close() {
        emulated.close();
        source.close();
        fastest.close();
    }

    @Benchmark
    public byte[] tfliteOnTheSource() {
        return source.run(in);
    }

    @Benchmark
    public byte[] xnnpackOnTheSource() {
        return fastest.run(in);
    }

    @Benchmark
    public byte[] emulated() {
        return emulated.run(in);
    }

    @Benchmark
    public byte[] planAlone() {
        program.run(in, out);
        return out;
    }

    /** The program was executed before; its structure is found again and the payload placed. */
    @Benchmark
    public EmulatedProgram load() {
        return EmulatedProgram.load(file.onlyPackage(), file.bytes(), ChipParameters.EDGE_TPU);
    }

    /** The whole way: file, program, TFLite's interpreter, close. */
    @Benchmark
    public Session openAndClose() {
        Session session = emulator.open("dense", model);
        session.close();
        return session;
    }

    /** Both streams linked from the first instruction to the last. */
    @Benchmark
    public LinkedProgram execute() {
        LinkedProgram caching =
                Linker.link("PARAMETER_CACHING", chunks(file.onlyPackage().parameterCaching()), ParameterImage.EMPTY);
        return Linker.link("EXECUTION_ONLY", chunks(file.onlyPackage().executionOnly()), caching.image());
    }

    private List<byte[]> chunks(Executable executable) {
        return executable.chunks().stream()
                .map(chunk -> {
                    byte[] bytes = new byte[chunk.range().length()];
                    file.bytes(chunk.range()).get(bytes);
                    return bytes;
                })
                .toList();
    }
}
