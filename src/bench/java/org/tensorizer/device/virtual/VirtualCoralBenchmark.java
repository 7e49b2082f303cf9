package org.tensorizer.device.virtual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
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
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

/**
 * One inference through our own driver on a virtual Coral beside the emulator without a wire. The model is the compiled
 * network that {@code -Dtensorizer.bench.network=FILE} names (mobilenet_v1_1.0_224 is what the goal is about), without it a
 * Dense 2048.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class VirtualCoralBenchmark {
    private Device emulated;
    private Device wired;
    private Session emulatedSession;
    private Session wiredSession;
    private byte[] input;

    @Setup
    public void open() throws IOException {
        byte[] model = model();
        emulated = Devices.open(DeviceChoice.parse("emulator"));
        wired = Devices.open(DeviceChoice.parse("virtual"));
        emulatedSession = emulated.open("model", model);
        wiredSession = wired.open("model", model);
        input = new byte[emulatedSession.inputs().get(0).byteSize()];
        new Random(1).nextBytes(input);
    }

    private static byte[] model() throws IOException {
        String file = System.getProperty("tensorizer.bench.network");
        if (file != null) {
            return Files.readAllBytes(Path.of(file));
        }
        byte[] weights = new byte[2048 * 2048];
        new Random(2).nextBytes(weights);
        return CompiledModelWriter.write(DenseSpec.of(DenseShape.square(2048, ParameterFormat.PER_TENSOR))
                .weights(weights)
                .build());
    }

    @TearDown
    public void close() {
        emulatedSession.close();
        wiredSession.close();
        emulated.close();
        wired.close();
    }

    @Benchmark
    public byte[] emulator() {
        return emulatedSession.run(input);
    }

    @Benchmark
    public byte[] virtual() {
        return wiredSession.run(input);
    }
}
