package org.tensorizer.device.open;

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
import org.tensorizer.device.tflite.CpuDevice;

/** What a child process adds to an inference of 256 bytes: the difference of the two medians. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WorkerBenchmark {
    private WorkerDevice device;
    private Session child;
    private Session here;
    private final byte[] input = new byte[256];

    @Setup
    public void open() throws IOException {
        Path folder = Path.of(System.getProperty("tensorizer.shared", "../shared"), "templates");
        byte[] model = Files.readAllBytes(folder.resolve("dense_256.tflite"));
        device = WorkerDevice.open(DeviceChoice.CPU, WorkerDevice.Options.ofUser());
        child = device.open("dense_256", model);
        here = new CpuDevice().open("dense_256", model);
    }

    @TearDown
    public void close() {
        here.close();
        child.close();
        device.close();
    }

    @Benchmark
    public byte[] inProcess() {
        return here.run(input);
    }

    @Benchmark
    public byte[] inChildProcess() {
        return child.run(input);
    }

    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 1)
    @Measurement(iterations = 8)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public void openAndClose() {
        WorkerDevice.open(DeviceChoice.CPU, WorkerDevice.Options.ofUser()).close();
    }
}
