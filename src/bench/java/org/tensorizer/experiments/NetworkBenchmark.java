package org.tensorizer.experiments;

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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatedProgram;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.LayerOperator;

/**
 * Whole mobilenets of random weights, compiled here: how the time of an inference on the emulator grows with its
 * multiply-accumulates, and whether inferences of several threads get in each other's way. The key holds the millions of
 * multiply-accumulates, which the report fits a line through.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class NetworkBenchmark {
    private static final int CLASSES = 1000;

    /** Size, width multiplier and millions of multiply-accumulates. */
    @Param({"128:0.25:14", "160:0.5:77", "192:0.75:239", "224:1.0:569"})
    public String network;

    private EmulatedProgram program;
    private Session source;
    private List<byte[]> input;

    @Setup
    public void prepare() {
        String[] parts = network.split(":");
        SmallNetwork made =
                SmallNetwork.mobilenet(1, Integer.parseInt(parts[0]), Double.parseDouble(parts[1]), CLASSES);
        long macs = Network.of(made.compiled()).layers().stream()
                .mapToLong(LayerOperator::macs)
                .sum();
        if (Math.round(macs / 1e6) != Long.parseLong(parts[2])) {
            throw new IllegalStateException(network + ": " + macs + " multiply-accumulates");
        }
        program = EmulatedProgram.load(
                made.compiled().onlyPackage(), made.compiled().bytes(), ChipParameters.EDGE_TPU);
        source = new CpuDevice().open(made.source());
        byte[] bytes = new byte[source.inputs().get(0).byteSize()];
        new Random(1).nextBytes(bytes);
        input = List.of(bytes);
    }

    @TearDown
    public void close() {
        source.close();
    }

    @Benchmark
    public List<byte[]> emulated() {
        return program.run(input);
    }

    /** An inference in each of two threads: as long as one alone, where there are two cores for them. */
    @Benchmark
    @Threads(2)
    public List<byte[]> emulatedByTwoThreads() {
        return program.run(input);
    }

    /** TFLite's default kernels, one thread. */
    @Benchmark
    public List<byte[]> tfliteOnTheSource() {
        return source.run(input);
    }
}
