package org.tensorizer.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/** From a source file to a complete compiled model. The aims: 1024-521 below 10 ms, 784-512-512-10 below 20 ms. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SourceCompilingBenchmark {
    @Param({"1024-521", "784-512-512-10"})
    private String layers;

    private Path file;

    @Setup(Level.Trial)
    public void write() throws IOException {
        String[] sizes = layers.split("-");
        Random random = new Random(1);
        List<DenseSpec> chain = new ArrayList<>();
        for (int i = 1; i < sizes.length; i++) {
            int inputs = Integer.parseInt(sizes[i - 1]);
            int outputs = Integer.parseInt(sizes[i]);
            byte[] weights = new byte[inputs * outputs];
            random.nextBytes(weights);
            chain.add(DenseSpec.of(new DenseShape(inputs, outputs, ParameterFormat.PER_TENSOR_BIAS, Activation.RELU))
                    .weights(weights)
                    .bias(random.ints(outputs, -1000, 1000).toArray())
                    .quantization(new Quantization(0.05f, 128, 0.001f, 128, 0.05f, 128))
                    .build());
        }
        file = Files.createTempFile("source", ".tflite");
        Files.write(file, SourceModelWriter.write(new ChainSpec(chain)));
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
        Files.delete(file);
    }

    @Benchmark
    public byte[] compile() {
        return SourceModel.read(file).compile();
    }
}
