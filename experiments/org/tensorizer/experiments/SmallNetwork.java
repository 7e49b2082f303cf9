package org.tensorizer.experiments;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.tensorizer.compiler.NetworkCompiler;
import org.tensorizer.dense.Activation;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.SourceGraphBuilder;
import org.tensorizer.template.SourceGraphBuilder.Parameters;
import org.tensorizer.template.SourceGraphBuilder.Window;

/**
 * Small networks with weights, biases, scales and zero points from a seed, for experiments on networks where no real model
 * is at hand. Networks of one kind have one architecture, so that one may be transplanted into another.
 *
 * @param name of the kind and seed
 * @param source what TFLite runs on the CPU
 * @param compiled the same, compiled here
 */
record SmallNetwork(String name, TfliteModel source, TfliteModel compiled) {
    /** Rows and columns of the input. */
    static final int SIZE = 16;

    /** Channels of the input. */
    static final int CHANNELS = 4;

    /** Features of an image in front of the classes. */
    static final int FEATURES = 32;

    /** Bytes of the input. */
    static final int INPUT_BYTES = SIZE * SIZE * CHANNELS;

    /** Output channels of the single convolution, and classes of the classifier. */
    static final int OUTPUTS = 12;

    /** Standard deviation of uniform bytes. */
    private static final float SPREAD = 73;

    /** A 3x3 convolution of stride 1 from image to image, 16 x 16 x 4 -> 16 x 16 x 12. */
    static SmallNetwork convolution(long seed, boolean perChannel) {
        Numbers numbers = new Numbers(seed, perChannel);
        int out = numbers.convolution(
                numbers.input, 9 * CHANNELS, OUTPUTS, new Window(3, 1, false), SIZE, Activation.NONE);
        return numbers.network("convolution " + seed, out);
    }

    /** Convolution, depthwise convolution, 1x1 convolution, average, fully connected: a classifier of 12 classes. */
    static SmallNetwork classifier(long seed) {
        return classifier(seed, false);
    }

    /** The same, with a weight scale for each output where {@code perChannel}. */
    static SmallNetwork classifier(long seed, boolean perChannel) {
        Numbers numbers = new Numbers(seed, perChannel);
        int pooled = numbers.features();
        return numbers.network("classifier " + seed, numbers.layer(pooled, Optional.empty()));
    }

    /** The classifier of that seed with another last layer: weights W[class][feature], no bias. */
    static SmallNetwork classifier(long seed, byte[][] head) {
        Numbers numbers = new Numbers(seed, false);
        int pooled = numbers.features();
        return numbers.network("classifier " + seed + " with another head", numbers.layer(pooled, Optional.of(head)));
    }

    /** The classifier of that seed without its last layer: an image to 32 features. */
    static SmallNetwork features(long seed) {
        Numbers numbers = new Numbers(seed, false);
        return numbers.network("features " + seed, numbers.features());
    }

    /** Random bytes as an input. */
    static byte[] input(long seed) {
        byte[] input = new byte[INPUT_BYTES];
        new Random(seed).nextBytes(input);
        return input;
    }

    @Override
    public String toString() {
        return name;
    }

    /** Draws numbers so that outputs of every layer use their range. */
    private static final class Numbers {
        private final SourceGraphBuilder graph = new SourceGraphBuilder();
        private final Random random;
        private final boolean perChannel;
        private final int input;
        private float scale;
        private float real;
        private TensorDomain domain;

        Numbers(long seed, boolean perChannel) {
            random = new Random(seed);
            this.perChannel = perChannel;
            scale = 0.01f + 0.01f * random.nextFloat();
            real = SPREAD * scale;
            domain = new TensorDomain(true, random.nextInt(20) - 10);
            input = graph.activation("input", List.of(1, SIZE, SIZE, CHANNELS), scale, domain);
        }

        int convolution(int from, int taps, int outputs, Window window, int size, Activation activation) {
            int inputs = taps / (window.kernel() * window.kernel());
            List<Integer> shape = List.of(outputs, window.kernel(), window.kernel(), inputs);
            float before = scale;
            Parameters parameters = parameters(shape, 0, outputs, taps);
            int to = output("convolution", List.of(1, size, size, outputs), activation);
            graph.convolution(from, before, to, TensorType.INT8, window, parameters, activation);
            return to;
        }

        int depthwise(int from, int channels, int size) {
            float before = scale;
            Parameters parameters = parameters(List.of(1, 3, 3, channels), 3, channels, 9);
            int to = output("depthwise", List.of(1, size, size, channels), Activation.RELU);
            graph.depthwise(from, before, to, TensorType.INT8, new Window(3, 1, false), parameters, Activation.RELU);
            return to;
        }

        int features() {
            int half = SIZE / 2;
            int first = convolution(input, 9 * CHANNELS, 16, new Window(3, 2, false), half, Activation.RELU);
            int second = depthwise(first, 16, half);
            int third = convolution(second, 16, FEATURES, new Window(1, 1, false), half, Activation.RELU);
            return pooled(third, FEATURES, half);
        }

        int pooled(int from, int channels, int size) {
            int to = graph.activation("pooled", List.of(1, 1, 1, channels), scale, domain);
            graph.average(from, to, new Window(size, 1, true));
            real /= 2;
            return to;
        }

        int layer(int from, Optional<byte[][]> head) {
            float before = scale;
            Parameters parameters = parameters(List.of(OUTPUTS, FEATURES), 0, OUTPUTS, FEATURES);
            if (head.isPresent()) {
                byte[] weights = new byte[OUTPUTS * FEATURES];
                for (int c = 0; c < OUTPUTS; c++) {
                    System.arraycopy(head.get()[c], 0, weights, c * FEATURES, FEATURES);
                }
                parameters = new Parameters(parameters.shape(), weights, parameters.scales(), 0, 0, new int[OUTPUTS]);
            }
            int to = output("classes", List.of(1, OUTPUTS), Activation.NONE);
            graph.layer(from, before, to, TensorType.INT8, parameters, Activation.NONE);
            return to;
        }

        private Parameters parameters(List<Integer> shape, int dimension, int outputs, int taps) {
            byte[] weights = new byte[shape.stream().reduce(1, Math::multiplyExact)];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (byte) (random.nextInt(255) - 127);
            }
            float[] scales = new float[perChannel ? outputs : 1];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = 0.005f * (1 + random.nextFloat());
            }
            float spread = (float) Math.sqrt(taps) * SPREAD * 0.0075f * real;
            int[] bias = IntStream.range(0, outputs)
                    .map(i -> (int) (random.nextGaussian() * spread / (scale * scales[0]) / 4))
                    .toArray();
            real = spread;
            return new Parameters(shape, weights, scales, 0, dimension, bias);
        }

        private int output(String name, List<Integer> shape, Activation activation) {
            boolean cut = activation != Activation.NONE;
            scale = (cut ? 3 : 5) * real / 255 * (1 + 0.2f * random.nextFloat());
            domain = new TensorDomain(true, cut ? -128 : random.nextInt(40) - 20);
            real *= cut ? 0.7f : 1;
            return graph.activation(name, shape, scale, domain);
        }

        SmallNetwork network(String name, int output) {
            TfliteModel source = TfliteModel.parse(name, graph.build(name, input, output));
            return new SmallNetwork(
                    name,
                    source,
                    TfliteModel.parse(
                            name + ", compiled",
                            NetworkCompiler.compileWhole(source).file()));
        }
    }
}
