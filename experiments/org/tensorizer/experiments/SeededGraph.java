package org.tensorizer.experiments;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.tensorizer.dense.Activation;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.SourceGraphBuilder;
import org.tensorizer.template.SourceGraphBuilder.Parameters;
import org.tensorizer.template.SourceGraphBuilder.Window;

/** Writes a source network whose numbers come from a seed, drawn so that outputs of every layer use their range. */
final class SeededGraph {
    /** Standard deviation of uniform bytes. */
    private static final float SPREAD = 73;

    /**
     * A square image of the network, or features as an image of one pixel.
     *
     * @param index of the tensor
     * @param size rows and columns
     * @param real estimated standard deviation of its real values
     */
    record Image(int index, int size, int channels, float scale, TensorDomain domain, float real) {}

    final Image input;
    private final SourceGraphBuilder graph = new SourceGraphBuilder();
    private final Random random;
    private final boolean perChannel;

    SeededGraph(int size, int channels, long seed, boolean perChannel) {
        random = new Random(seed);
        this.perChannel = perChannel;
        float scale = 0.01f + 0.01f * random.nextFloat();
        TensorDomain domain = new TensorDomain(true, random.nextInt(20) - 10);
        int index = graph.activation("input", List.of(1, size, size, channels), scale, domain);
        input = new Image(index, size, channels, scale, domain, SPREAD * scale);
    }

    Image convolution(Image from, int outputs, Window window, Activation activation) {
        int kernel = window.kernel();
        int taps = kernel * kernel * from.channels;
        Numbers numbers = numbers(from, List.of(outputs, kernel, kernel, from.channels), 0, outputs, taps);
        Image to = output("convolution", size(from, window), outputs, numbers.real, activation);
        graph.convolution(from.index, from.scale, to.index, TensorType.INT8, window, numbers.parameters, activation);
        return to;
    }

    Image depthwise(Image from, int stride) {
        Window window = new Window(3, stride, false);
        Numbers numbers = numbers(from, List.of(1, 3, 3, from.channels), 3, from.channels, 9);
        Image to = output("depthwise", size(from, window), from.channels, numbers.real, Activation.RELU);
        graph.depthwise(from.index, from.scale, to.index, TensorType.INT8, window, numbers.parameters, Activation.RELU);
        return to;
    }

    Image sum(Image first, Image second) {
        float real = (float) Math.hypot(first.real, second.real);
        Image to = output("sum", first.size, first.channels, real, Activation.NONE);
        graph.sum(first.index, second.index, to.index, Activation.NONE);
        return to;
    }

    /** The average of all pixels. */
    Image pooled(Image from) {
        int index = graph.activation("pooled", List.of(1, 1, 1, from.channels), from.scale, from.domain);
        graph.average(from.index, index, new Window(from.size, 1, true));
        return new Image(index, 1, from.channels, from.scale, from.domain, from.real / 2);
    }

    /** FULLY_CONNECTED from the features of one pixel. */
    Image layer(Image from, int outputs) {
        return layer(from, outputs, numbers(from, List.of(outputs, from.channels), 0, outputs, from.channels));
    }

    /** FULLY_CONNECTED of given weights W[output][feature], without biases. */
    Image layer(Image from, byte[][] rows) {
        int outputs = rows.length;
        Numbers drawn = numbers(from, List.of(outputs, from.channels), 0, outputs, from.channels);
        byte[] weights = new byte[outputs * from.channels];
        for (int c = 0; c < outputs; c++) {
            System.arraycopy(rows[c], 0, weights, c * from.channels, from.channels);
        }
        Parameters parameters = drawn.parameters;
        parameters = new Parameters(parameters.shape(), weights, parameters.scales(), 0, 0, new int[outputs]);
        return layer(from, outputs, new Numbers(parameters, drawn.real));
    }

    private Image layer(Image from, int outputs, Numbers numbers) {
        Image features = output("classes", 0, outputs, numbers.real, Activation.NONE);
        graph.layer(from.index, from.scale, features.index, TensorType.INT8, numbers.parameters, Activation.NONE);
        return features;
    }

    /** Of logits whose standard deviation is made three, so that several classes share the probability. */
    Image softmax(Image from) {
        TensorDomain domain = new TensorDomain(true, -128);
        int index = graph.activation("softmax", List.of(1, from.channels), 1 / 256f, domain);
        graph.softmax(from.index, index, 3 / from.real);
        return new Image(index, 0, from.channels, 1 / 256f, domain, 0);
    }

    private static int size(Image from, Window window) {
        return (from.size + window.stride() - 1) / window.stride();
    }

    /** @param real estimated standard deviation of the sums */
    private record Numbers(Parameters parameters, float real) {}

    private Numbers numbers(Image from, List<Integer> shape, int dimension, int outputs, int taps) {
        byte[] weights = new byte[shape.stream().reduce(1, Math::multiplyExact)];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (random.nextInt(255) - 127);
        }
        float[] scales = new float[perChannel ? outputs : 1];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = 0.005f * (1 + random.nextFloat());
        }
        float spread = (float) Math.sqrt(taps) * SPREAD * 0.0075f * from.real;
        int[] bias = IntStream.range(0, outputs)
                .map(i -> (int) (random.nextGaussian() * spread / (from.scale * scales[0]) / 4))
                .toArray();
        return new Numbers(new Parameters(shape, weights, scales, 0, dimension, bias), spread);
    }

    /** @param size 0 for features without rows and columns */
    private Image output(String name, int size, int channels, float spread, Activation activation) {
        boolean cut = activation != Activation.NONE;
        float scale = (cut ? 3 : 5) * spread / 255 * (1 + 0.2f * random.nextFloat());
        TensorDomain domain = new TensorDomain(true, cut ? -128 : random.nextInt(40) - 20);
        List<Integer> shape = size == 0 ? List.of(1, channels) : List.of(1, size, size, channels);
        return new Image(
                graph.activation(name, shape, scale, domain), size, channels, scale, domain, spread * (cut ? 0.7f : 1));
    }

    /** The whole network, before it is compiled. */
    byte[] source(String name, Image output) {
        return graph.build(name, input.index, output.index);
    }
}
