package org.tensorizer.compiler;

import java.util.List;
import java.util.Random;
import org.tensorizer.dense.Activation;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.SourceGraphBuilder;
import org.tensorizer.template.SourceGraphBuilder.Parameters;
import org.tensorizer.template.SourceGraphBuilder.Window;

/**
 * A small classifier of {@link ShapesPictures}, trained here and quantized as converters do it: two convolutions of stride 2
 * with RELU, the mean of the image, a fully connected layer, softmax; int8 inside, uint8 outside. Plain double arithmetic in
 * a fixed order, so that the file is the same on every machine.
 */
final class ShapesNetwork {
    private static final int SIZE = ShapesPictures.SIZE;
    private static final int CLASSES = ShapesPictures.CLASSES.size();
    private static final int STEPS = 3000;
    private static final double RATE = 0.02;
    private static final int CALIBRATION = 100;

    /**
     * A 3x3 convolution of stride 2 with RELU; SAME pads one row and column behind the image.
     *
     * @param weights [out][ky][kx][in]
     */
    private record Layer(int size, int inputs, int outputs, double[] weights, double[] biases) {
        static Layer random(int size, int inputs, int outputs, Random random) {
            double[] weights = new double[outputs * 9 * inputs];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextGaussian() * StrictMath.sqrt(2.0 / (9 * inputs));
            }
            return new Layer(size, inputs, outputs, weights, new double[outputs]);
        }

        double[] forward(double[] in) {
            int half = size / 2;
            double[] out = new double[half * half * outputs];
            for (int at = 0; at < out.length; at++) {
                int o = at % outputs;
                double sum = biases[o];
                for (int tap = 0; tap < 9; tap++) {
                    int from = source(at / outputs, tap);
                    for (int c = 0; from >= 0 && c < inputs; c++) {
                        sum += weights[(o * 9 + tap) * inputs + c] * in[from + c];
                    }
                }
                out[at] = Math.max(0, sum);
            }
            return out;
        }

        /** First number of the pixel that a tap reads, -1 behind the border. */
        private int source(int pixel, int tap) {
            int y = 2 * (pixel / (size / 2)) + tap / 3;
            int x = 2 * (pixel % (size / 2)) + tap % 3;
            return y < size && x < size ? (y * size + x) * inputs : -1;
        }

        /** One step against the gradient of the result; gives that of the input. */
        double[] learn(double[] in, double[] out, double[] gradient, double rate) {
            double[] back = new double[in.length];
            for (int at = 0; at < out.length; at++) {
                if (out[at] <= 0) {
                    continue;
                }
                int o = at % outputs;
                biases[o] -= rate * gradient[at];
                for (int tap = 0; tap < 9; tap++) {
                    int from = source(at / outputs, tap);
                    for (int c = 0; from >= 0 && c < inputs; c++) {
                        int w = (o * 9 + tap) * inputs + c;
                        back[from + c] += weights[w] * gradient[at];
                        weights[w] -= rate * gradient[at] * in[from + c];
                    }
                }
            }
            return back;
        }
    }

    private final Layer first;
    private final Layer second;
    private final double[] weights;
    private final double[] biases = new double[CLASSES];

    private ShapesNetwork(Random random) {
        first = Layer.random(SIZE, 1, 8, random);
        second = Layer.random(SIZE / 2, 8, 16, random);
        weights = new double[CLASSES * second.outputs];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextGaussian() / 4;
        }
    }

    /** Trains one from a seed. */
    static ShapesNetwork trained(long seed) {
        ShapesNetwork network = new ShapesNetwork(new Random(seed));
        ShapesPictures pictures = new ShapesPictures(seed);
        for (int step = 0; step < STEPS; step++) {
            network.learn(pictures.next(step % CLASSES), step % CLASSES, RATE * (STEPS - step) / STEPS);
        }
        return network;
    }

    private static double[] real(int[] pixels) {
        double[] real = new double[pixels.length];
        for (int i = 0; i < real.length; i++) {
            real[i] = pixels[i] / 255.0;
        }
        return real;
    }

    private static double[] mean(double[] image, int channels) {
        double[] mean = new double[channels];
        for (int i = 0; i < image.length; i++) {
            mean[i % channels] += image[i] * channels / image.length;
        }
        return mean;
    }

    private double[] logits(double[] features) {
        double[] logits = biases.clone();
        for (int i = 0; i < weights.length; i++) {
            logits[i / features.length] += weights[i] * features[i % features.length];
        }
        return logits;
    }

    private void learn(int[] pixels, int label, double rate) {
        double[] in = real(pixels);
        double[] a = first.forward(in);
        double[] b = second.forward(a);
        double[] features = mean(b, second.outputs);
        double[] odds = logits(features);
        double total = 0;
        for (int c = 0; c < CLASSES; c++) {
            odds[c] = StrictMath.exp(odds[c]);
            total += odds[c];
        }
        double[] back = new double[features.length];
        for (int c = 0; c < CLASSES; c++) {
            double gradient = odds[c] / total - (c == label ? 1 : 0);
            biases[c] -= rate * gradient;
            for (int i = 0; i < features.length; i++) {
                back[i] += weights[c * features.length + i] * gradient;
                weights[c * features.length + i] -= rate * gradient * features[i];
            }
        }
        double[] gradients = new double[b.length];
        for (int i = 0; i < b.length; i++) {
            gradients[i] = back[i % back.length] * back.length / b.length;
        }
        first.learn(in, a, second.learn(a, b, gradients, rate), rate);
    }

    /** The quantized .tflite; ranges of the activations are those of some pictures. */
    byte[] tflite(long seed) {
        ShapesPictures pictures = new ShapesPictures(seed);
        double mostA = 0;
        double mostB = 0;
        double low = 0;
        double high = 0;
        for (int i = 0; i < CALIBRATION; i++) {
            double[] a = first.forward(real(pictures.next(i % CLASSES)));
            double[] b = second.forward(a);
            mostA = Math.max(mostA, most(a));
            mostB = Math.max(mostB, most(b));
            for (double logit : logits(mean(b, second.outputs))) {
                low = Math.min(low, logit);
                high = Math.max(high, logit);
            }
        }
        return write(mostA, mostB, low, high);
    }

    private static double most(double[] values) {
        double most = 0;
        for (double value : values) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }

    private byte[] write(double mostA, double mostB, double low, double high) {
        SourceGraphBuilder graph = new SourceGraphBuilder();
        TensorDomain lowest = new TensorDomain(true, -128);
        TensorDomain unsigned = new TensorDomain(false, 0);
        float pixel = 1 / 255f;
        float scaleA = (float) (mostA / 255);
        float scaleB = (float) (mostB / 255);
        float scaleC = (float) ((high - low) / 255);
        int picture = graph.activation("picture", List.of(1, SIZE, SIZE, 1), pixel, unsigned);
        int input = graph.activation("input", List.of(1, SIZE, SIZE, 1), pixel, lowest);
        int a = graph.activation("edges", List.of(1, SIZE / 2, SIZE / 2, first.outputs), scaleA, lowest);
        int b = graph.activation("shapes", List.of(1, SIZE / 4, SIZE / 4, second.outputs), scaleB, lowest);
        int mean = graph.activation("features", List.of(1, 1, 1, second.outputs), scaleB, lowest);
        int zero = (int) StrictMath.rint(-128 - low / scaleC);
        int logits = graph.activation("logits", List.of(1, CLASSES), scaleC, new TensorDomain(true, zero));
        int odds = graph.activation("odds", List.of(1, CLASSES), 1 / 256f, lowest);
        int output = graph.activation("probabilities", List.of(1, CLASSES), 1 / 256f, unsigned);
        Window window = new Window(3, 2, false);
        graph.quantize(picture, input);
        graph.convolution(input, pixel, a, TensorType.INT8, window, quantized(first, pixel), Activation.RELU);
        graph.convolution(a, scaleA, b, TensorType.INT8, window, quantized(second, scaleA), Activation.RELU);
        graph.average(b, mean, new Window(SIZE / 4, 1, true));
        List<Integer> shape = List.of(CLASSES, second.outputs);
        graph.layer(
                mean, scaleB, logits, TensorType.INT8, quantized(shape, weights, biases, 1, scaleB), Activation.NONE);
        graph.softmax(logits, odds, 1);
        graph.quantize(odds, output);
        return graph.build(
                "A classifier of bars and discs, trained and quantized by Tensorizer's tests", picture, output);
    }

    private static Parameters quantized(Layer layer, float inputScale) {
        List<Integer> shape = List.of(layer.outputs, 3, 3, layer.inputs);
        return quantized(shape, layer.weights, layer.biases, layer.outputs, inputScale);
    }

    /** @param scales one for each output, or one */
    private static Parameters quantized(
            List<Integer> shape, double[] weights, double[] biases, int scales, float inputScale) {
        float[] scale = new float[scales];
        int part = weights.length / scales;
        byte[] bytes = new byte[weights.length];
        for (int i = 0; i < weights.length; i++) {
            scale[i / part] = Math.max(scale[i / part], (float) (Math.abs(weights[i]) / 127));
        }
        for (int i = 0; i < weights.length; i++) {
            bytes[i] = (byte) StrictMath.rint(weights[i] / scale[i / part]);
        }
        int[] bias = new int[biases.length];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = (int) StrictMath.rint(biases[i] / ((double) inputScale * scale[scales == 1 ? 0 : i]));
        }
        return new Parameters(shape, bytes, scale, 0, 0, bias);
    }
}
