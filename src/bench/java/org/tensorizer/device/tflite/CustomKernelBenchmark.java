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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;

/** What the way through TFLite and back into Java costs: a kernel that does nothing but copy 256 bytes; and loading. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CustomKernelBenchmark {
    private byte[] model;
    private Session session;
    private final byte[] input = new byte[256];

    @Setup
    public void open() throws IOException {
        Path folder = Path.of(System.getProperty("tensorizer.shared", "../shared"), "templates");
        model = Files.readAllBytes(folder.resolve("dense_256_edgetpu.tflite"));
        session = load();
    }

    private Session load() {
        return TfliteSession.open(
                TfliteModel.parse("dense_256", model),
                options -> (in, out) -> out.get(0).put(in.get(0)));
    }

    @TearDown
    public void close() {
        session.close();
    }

    @Benchmark
    public byte[] copyingKernel() {
        return session.run(input);
    }

    @Benchmark
    public void loadAndClose() {
        load().close();
    }
}
