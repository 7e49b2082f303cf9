package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Arrays;
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
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorType;

/**
 * From weights to programs and payload: a matrix product of 1024 rows, 512 x 512, as a whole file; and a network of the 27
 * convolutions of mobilenet_v1_1.0_224, of random weights.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CompileBenchmark {
    private static final Quantization Q = new Quantization(0.02f, 128, 0.01f, 120, 0.05f, 128);

    private ConvolutionModel product;
    private List<ChainStep> steps;
    private List<ConvolutionPayload.Numbers> numbers;

    @Setup
    public void prepare() {
        RowImage image = RowImage.of(1024, 512, 512);
        float[] scales = new float[512];
        Arrays.fill(scales, 0.01f);
        Convolution layer =
                new Convolution(512, Window.POINT, false, ParameterFormat.PER_CHANNEL_BIAS, Activation.NONE, Q);
        product = new ConvolutionModel(
                image.height(),
                image.width(),
                512,
                layer,
                new ConvolutionPayload.Numbers(random(512 * 512), new int[512], scales),
                TensorType.INT8);
        steps = new ArrayList<>();
        numbers = new ArrayList<>();
        add(32, 3, 3, 2, false);
        int channels = 32;
        int[] outputs = {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024};
        int[] strides = {1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1};
        for (int i = 0; i < outputs.length; i++) {
            add(channels, channels, 3, strides[i], true);
            add(outputs[i], channels, 1, 1, false);
            channels = outputs[i];
        }
    }

    private void add(int outputs, int inputs, int kernel, int stride, boolean depthwise) {
        steps.add(new Convolution(
                outputs, Window.same(kernel, stride), depthwise, ParameterFormat.PER_TENSOR_BIAS, Activation.RELU6, Q));
        byte[] weights = random(outputs * kernel * kernel * (depthwise ? 1 : inputs));
        numbers.add(new ConvolutionPayload.Numbers(weights, new int[outputs], new float[0]));
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /** A complete compiled .tflite. Goal: under 10 ms. */
    @Benchmark
    public byte[] product1024x512x512() {
        return product.compiled();
    }

    /** Plans, both programs and the payload. Goal: under 150 ms. */
    @Benchmark
    public byte[] convolutionsOfMobilenet() {
        NetworkProgram program = NetworkProgram.of(ImageChain.of(224, 224, 3, steps), Head.NONE);
        byte[] payload = new byte[program.payloadBytes()];
        program.writePayload(numbers, payload, 0);
        payload[0] ^= (byte) (program.executionOnly().get(0).bytes().length
                + program.parameterCaching().bytes().length);
        return payload;
    }
}
