package org.tensorizer.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.base.Sha256;

/**
 * Reading a compiled Dense model. Parsing must not depend on the size of the payload, neither in time nor in memory
 * ({@code -prof gc} shows gc.alloc.rate.norm); a small and a large model side by side show it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReadBenchmark {
    @Param({"dense_256", "dense_1024"})
    private String model;

    private Path file;
    private byte[] bytes;

    @Setup
    public void prepare() throws IOException {
        file = find(model + "_edgetpu.tflite");
        bytes = Files.readAllBytes(file);
    }

    private static Path find(String name) throws IOException {
        Path folder = Path.of(System.getProperty("tensorizer.shared", "../shared"), "templates");
        for (Path file : List.of(folder.resolve(name), Path.of("fixtures", "templates", name))) {
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new IOException(
                "needs " + name + " in " + folder + " (-Dtensorizer.shared=DIR) or in fixtures/templates");
    }

    /** From the disk, which the system has cached. */
    @Benchmark
    public TfliteModel read() {
        return TfliteModel.read(file);
    }

    /** The bytes alone. */
    @Benchmark
    public byte[] readBytesOnly() throws IOException {
        return Files.readAllBytes(file);
    }

    /** From memory. */
    @Benchmark
    public TfliteModel parse() {
        return TfliteModel.parse(model, bytes);
    }

    /** SHA-256 of the whole file, which records and reports carry. */
    @Benchmark
    public String digest() {
        return Sha256.of(bytes);
    }
}
