package org.tensorizer.template;

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
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.PayloadWriter;

/** A complete compiled Dense from nothing, weights included; its source; and reading it back as a template. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ModelWritingBenchmark {
    @Param({"256", "1024", "2048"})
    private int size;

    private DenseShape shape;
    private byte[] weights;
    private DenseSpec spec;
    private TfliteModel compiled;
    private DenseTemplate template;

    @Setup
    public void prepare() {
        shape = DenseShape.square(size, ParameterFormat.PER_TENSOR);
        weights = new byte[size * size];
        new Random(1).nextBytes(weights);
        spec = DenseSpec.of(shape).weights(weights).build();
        compiled = TfliteModel.parse("compiled", CompiledModelWriter.write(spec));
        template = DenseTemplate.of(compiled);
    }

    /** Validation, both programs, payload and all containers. The aim for 2048 is below 15 ms. */
    @Benchmark
    public byte[] compiledFromNothing() {
        return CompiledModelWriter.write(
                DenseSpec.of(shape).weights(weights).token(1).build());
    }

    @Benchmark
    public byte[] source() {
        return SourceModelWriter.write(spec);
    }

    @Benchmark
    public DenseTemplate template() {
        return DenseTemplate.of(compiled);
    }

    @Benchmark
    public byte[] otherWeights() {
        PayloadWriter model = PayloadWriter.open(template.target());
        template.layout().pack(weights, model.bytes(), model.payloadStart());
        model.refreshToken();
        return model.bytes();
    }
}
