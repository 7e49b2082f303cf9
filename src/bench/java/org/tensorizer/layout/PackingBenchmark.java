package org.tensorizer.layout;

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
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.layout.DenseLayout.WeightBlock;

/** Weights into and out of a payload, beside System.arraycopy of the same bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PackingBenchmark {
    @Param({"256", "1024", "2048"})
    private int size;

    private DenseLayout layout;
    private byte[] weights;
    private byte[] payload;
    private WeightBlock block;

    @Setup
    public void prepare() {
        layout = DenseLayout.of(DenseShape.square(size, ParameterFormat.PER_TENSOR));
        weights = new byte[size * size];
        new Random(1).nextBytes(weights);
        payload = new byte[layout.size()];
        layout.clear(payload, 0);
        block = new WeightBlock(size / 4, size / 4, 64, 64);
    }

    @Benchmark
    public byte[] arraycopy() {
        System.arraycopy(weights, 0, payload, 0, payload.length);
        return payload;
    }

    @Benchmark
    public byte[] pack() {
        layout.pack(weights, payload, 0);
        return payload;
    }

    @Benchmark
    public byte[] unpack() {
        layout.unpackBlock(payload, 0, new WeightBlock(0, 0, size, size), weights, 0, size);
        return weights;
    }

    @Benchmark
    public byte[] packBlock64() {
        layout.packBlock(weights, 0, block.ins(), block, payload, 0);
        return payload;
    }
}
