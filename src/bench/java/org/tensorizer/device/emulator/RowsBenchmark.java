package org.tensorizer.device.emulator;

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
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.compiler.RowImage;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

/**
 * 1024 rows of N inputs to N outputs in one inference on the emulated chip, beside one inference of Dense(N), which is one
 * row, and beside TFLite's own kernels on the source of the convolution; all in the same run.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RowsBenchmark {
    private static final int ROWS = 1024;

    @Param({"256", "512"})
    int n;

    private final EmulatorDevice emulator = new EmulatorDevice();
    private final CpuDevice cpu = new CpuDevice();
    private Session rows;
    private Session dense;
    private Session source;
    private byte[] matrix;
    private byte[] row;

    @Setup
    public void open() {
        Random random = new Random(1);
        byte[] weights = new byte[n * n];
        random.nextBytes(weights);
        Quantization q = new Quantization(0.02f, 128, 0.01f, 128, 0.5f, 128);
        Convolution layer =
                new Convolution(n, Window.POINT, false, ParameterFormat.PER_TENSOR_BIAS, Activation.NONE, q);
        RowImage image = RowImage.of(ROWS, n, n);
        ConvolutionModel model = new ConvolutionModel(
                image.height(),
                image.width(),
                n,
                layer,
                new ConvolutionPayload.Numbers(weights, new int[n], new float[0]),
                TensorType.INT8);
        rows = emulator.open("rows", model.compiled());
        source = cpu.open("source", model.source());
        DenseShape shape = DenseShape.square(n, ParameterFormat.PER_TENSOR);
        dense = emulator.open(
                "dense",
                CompiledModelWriter.write(
                        DenseSpec.of(shape).weights(weights).quantization(q).build()));
        matrix = new byte[image.rows() * n];
        row = new byte[n];
        random.nextBytes(matrix);
        random.nextBytes(row);
    }

    @TearDown
    public void close() {
        rows.close();
        dense.close();
        source.close();
    }

    /** 1024 rows. Goal: no more than a fifth of 1024 times {@link #oneRowOfDense}. */
    @Benchmark
    public byte[] rowsInOneInference() {
        return rows.run(matrix);
    }

    @Benchmark
    public byte[] oneRowOfDense() {
        return dense.run(row);
    }

    @Benchmark
    public byte[] rowsByTflite() {
        return source.run(matrix);
    }
}
