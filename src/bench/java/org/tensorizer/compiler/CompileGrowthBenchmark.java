package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
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
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/** How compiling grows: with layers of 64 channels, and with the parameters of four layers, channels squared. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CompileGrowthBenchmark {
    private static final Quantization Q = new Quantization(0.02f, 128, 0.01f, 120, 0.05f, 128);
    private static final int SIZE = 16;

    /** A chain of 1x1 convolutions. */
    private record Chain(int channels, List<Convolution> steps, List<ConvolutionPayload.Numbers> numbers) {
        static Chain of(int layers, int channels) {
            byte[] weights = new byte[channels * channels];
            new Random(channels).nextBytes(weights);
            List<Convolution> steps = new ArrayList<>();
            List<ConvolutionPayload.Numbers> numbers = new ArrayList<>();
            for (int i = 0; i < layers; i++) {
                steps.add(new Convolution(
                        channels, Window.POINT, false, ParameterFormat.PER_TENSOR_BIAS, Activation.RELU, Q));
                numbers.add(new ConvolutionPayload.Numbers(weights, new int[channels], new float[0]));
            }
            return new Chain(channels, steps, numbers);
        }

        /** Plans, both programs and the payload. */
        byte[] compiled() {
            NetworkProgram program = NetworkProgram.of(ImageChain.of(SIZE, SIZE, channels, steps), Head.NONE);
            byte[] payload = new byte[program.payloadBytes()];
            program.writePayload(numbers, payload, 0);
            payload[0] ^= (byte) (program.executionOnly().get(0).bytes().length
                    + program.parameterCaching().bytes().length);
            return payload;
        }
    }

    /** Number of layers. */
    @State(Scope.Benchmark)
    public static class Layers {
        @Param({"8", "16", "32", "64"})
        private int layers;

        private Chain chain;

        @Setup
        public void prepare() {
            chain = Chain.of(layers, 64);
        }
    }

    /** Channels of four layers. */
    @State(Scope.Benchmark)
    public static class Channels {
        @Param({"128", "256", "512"})
        private int channels;

        private Chain chain;

        @Setup
        public void prepare() {
            chain = Chain.of(4, channels);
        }
    }

    /** Goal: 64 layers take at most five times the time of 16. */
    @Benchmark
    public byte[] layers(Layers state) {
        return state.chain.compiled();
    }

    /** Goal: four times the parameters take at most five times the time. */
    @Benchmark
    public byte[] parameters(Channels state) {
        return state.chain.compiled();
    }
}
