package org.tensorizer.device.tflite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.tensorizer.device.Session;

/** One inference: bytes in, TFLite's own kernels, bytes out. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InvokeBenchmark {
    @Param({"dense_256", "dense_1024"})
    public String model;

    private Session session;
    private byte[] input;

    @Setup
    public void open() throws IOException {
        Path folder = Path.of(System.getProperty("tensorizer.shared", "../shared"), "templates");
        session = new CpuDevice().open(model, Files.readAllBytes(folder.resolve(model + ".tflite")));
        input = new byte[session.inputs().get(0).byteSize()];
    }

    @TearDown
    public void close() {
        session.close();
    }

    @Benchmark
    public byte[] cpu() {
        return session.run(input);
    }
}
