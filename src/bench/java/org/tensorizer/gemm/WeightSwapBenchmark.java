package org.tensorizer.gemm;

import java.util.Collections;
import java.util.List;
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
import org.openjdk.jmh.infra.Blackhole;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.emulator.EmulatorDevice;

/** New weights on 1024 x 1024: written, written and run, and one after another with the next made ready aside. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WeightSwapBenchmark {
    private static final int SIZE = 1024;
    private static final int STREAMED = 8;

    private final EmulatorDevice emulator = new EmulatorDevice();
    private Gemm gemm;
    private ByteMatrix weights;
    private ByteMatrix block;
    private ByteMatrix vector;
    private ByteMatrix batch;
    private List<ByteMatrix> several;

    @Setup
    public void open() {
        GemmPlan plan = GemmPlan.on(DenseShape.square(SIZE, ParameterFormat.PER_TENSOR), SIZE, SIZE);
        gemm = Gemm.assemble(emulator, plan, new Quantization(0.02f, 128, 0.004f, 128, 0.02f * 0.004f * 3000, 128));
        weights = random(SIZE, SIZE);
        block = random(64, 64);
        vector = random(1, SIZE);
        batch = random(32, SIZE);
        several = Collections.nCopies(STREAMED, weights);
    }

    private static ByteMatrix random(int rows, int columns) {
        ByteMatrix matrix = ByteMatrix.zero(rows, columns);
        new Random(rows).nextBytes(matrix.values());
        return matrix;
    }

    @TearDown
    public void close() {
        gemm.close();
    }

    @Benchmark
    public void blockOf64() {
        gemm.weights().set(128, 256, block);
    }

    @Benchmark
    public void allWeights() {
        gemm.weights().set(weights);
    }

    @Benchmark
    public IntMatrix blockOf64AndOneVector() {
        gemm.weights().set(128, 256, block);
        return gemm.apply(vector);
    }

    @Benchmark
    public IntMatrix allWeightsAndOneVector() {
        gemm.weights().set(weights);
        return gemm.apply(vector);
    }

    @Benchmark
    public void eightMatricesInTurn(Blackhole hole) {
        for (ByteMatrix each : several) {
            gemm.weights().set(each);
            hole.consume(gemm.apply(batch));
        }
    }

    @Benchmark
    public void eightMatricesStreamed(Blackhole hole) {
        gemm.stream(several.iterator(), batch, hole::consume);
    }
}
