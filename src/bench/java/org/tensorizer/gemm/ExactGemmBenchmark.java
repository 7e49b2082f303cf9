package org.tensorizer.gemm;

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
import org.tensorizer.device.emulator.EmulatorDevice;

/** The exact int32 product of one vector on the emulated chip, and how long it takes to split the weights for it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ExactGemmBenchmark {
    @Param({"256", "1024"})
    int size;

    private ByteMatrix weights;
    private ExactGemm exact;
    private byte[] x;

    @Setup
    public void open() {
        weights = ByteMatrix.zero(size, size);
        new Random(1).nextBytes(weights.values());
        x = new byte[size];
        new Random(2).nextBytes(x);
        exact = ExactGemm.assemble(new EmulatorDevice(), weights);
    }

    @TearDown
    public void close() {
        exact.close();
    }

    @Benchmark
    public int[] oneVector() {
        return exact.multiply(x);
    }

    @Benchmark
    public ExactPlan plan() {
        return ExactGemm.plan(weights);
    }
}
