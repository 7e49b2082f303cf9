package org.tensorizer.dense;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Both streams of a layer and of an MLP from nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ProgramBenchmark {
    private static final Quantization QUANTIZATION = new Quantization(0.1f, 100, 0.01f, 128, 0.1f, 100);

    private final DenseShape dense2048 = DenseShape.square(2048, ParameterFormat.PER_TENSOR);
    private final List<DenseShape> mlp = List.of(
            DenseShape.of(784, 512, ParameterFormat.PER_TENSOR_BIAS),
            DenseShape.of(512, 512, ParameterFormat.PER_TENSOR_BIAS),
            DenseShape.of(512, 10, ParameterFormat.PER_TENSOR_BIAS));

    @Benchmark
    public int dense2048() {
        return DenseProgram.parameterCaching(dense2048).bytes().length
                + DenseProgram.executionOnly(dense2048, QUANTIZATION).bytes().length;
    }

    @Benchmark
    public int mlp784x512x512x10() {
        ChainProgram chain = ChainProgram.of(mlp, List.of(QUANTIZATION, QUANTIZATION, QUANTIZATION));
        return chain.parameterCaching().bytes().length + chain.executionOnly().bytes().length;
    }
}
