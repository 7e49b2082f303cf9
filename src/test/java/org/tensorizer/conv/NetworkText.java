package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.conv.ChainStep.Concatenation;
import org.tensorizer.conv.ChainStep.Enlargement;
import org.tensorizer.conv.ChainStep.Mapping;
import org.tensorizer.conv.ChainStep.MaxPool;
import org.tensorizer.conv.ChainStep.Product;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.Function;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/**
 * A small network in words, with scales, weights and biases that follow from the position of each layer:
 *
 * <pre>
 * 16x32x64 c100k3s2vf3r    input, then a convolution to 100 channels, 3x3, stride 2, VALID, format 3, RELU (n none, 6 RELU6)
 *          d64k3s1f1n      depthwise
 *          m2s2            maximum, kernel 2, stride 2
 *          a3r             sum with image 3
 *          x3r             product with image 3
 *          l, t, q         logistic, tanh, the same numbers in another scale
 *          u, n            twice the size, bilinear or nearest
 *          j0,3            channels of image 0, then of image 3
 *          m2s2@3          stands on image 3 instead of the one before
 *          m2s2!           its result is an output, too
 * </pre>
 */
public final class NetworkText {
    private static final Pattern CONVOLUTION = Pattern.compile("([cd])(\\d+)k(\\d+)s(\\d+)(v?)f(\\d)([nr6])");

    private final int[] input;
    private final String[] words;
    private final List<ChainStep> steps = new ArrayList<>();
    private final List<ConvolutionPayload.Numbers> numbers = new ArrayList<>();
    private final List<Float> scales = new ArrayList<>();
    private final List<Integer> zeros = new ArrayList<>();
    private final List<Integer> channels = new ArrayList<>();
    private final List<Integer> sources = new ArrayList<>();
    private final List<Integer> results = new ArrayList<>();

    private NetworkText(String text) {
        words = text.split(" ");
        String[] sides = words[0].split("x");
        input = new int[] {Integer.parseInt(sides[0]), Integer.parseInt(sides[1]), Integer.parseInt(sides[2])};
        channels.add(input[2]);
        scales.add(scale(0));
        zeros.add(zero(0));
    }

    /** Reads the steps over images; what follows them is {@link #rest}. */
    public static NetworkText of(String text) {
        NetworkText network = new NetworkText(text);
        for (int i = 0; i < network.words.length - 1 && network.isImage(i); i++) {
            network.add(i);
        }
        if (network.rest().isEmpty() && !network.results.contains(network.steps.size())) {
            network.results.add(network.steps.size());
        }
        return network;
    }

    private boolean isImage(int i) {
        return "cdmaxltqunj".indexOf(words[i + 1].charAt(0)) >= 0;
    }

    private void add(int i) {
        String word = words[i + 1];
        if (word.endsWith("!")) {
            results.add(i + 1);
            word = word.substring(0, word.length() - 1);
        }
        String[] parts = word.split("@");
        add(i, parts[0], parts.length > 1 ? Integer.parseInt(parts[1]) : i);
    }

    private void add(int i, String word, int source) {
        sources.add(source);
        float inputScale = scales.get(source);
        int inputZero = zeros.get(source);
        int width = channels.get(source);
        Matcher convolution = CONVOLUTION.matcher(word);
        if (convolution.matches()) {
            scales.add(scale(i + 1));
            zeros.add(zero(i + 1));
            convolution(i, source, convolution);
            channels.add(Integer.parseInt(convolution.group(2)));
        } else if (word.charAt(0) == 'm') {
            String[] sides = word.substring(1).split("s");
            Window window = Window.valid(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
            steps.add(new MaxPool(width, window, inputZero));
            keep(inputScale, inputZero, width);
        } else if (word.equals("u") || word.equals("n")) {
            steps.add(new Enlargement(width, word.equals("u"), inputZero));
            keep(inputScale, inputZero, width);
        } else if (word.equals("l") || word.equals("t")) {
            Function function = word.equals("l") ? Function.LOGISTIC : Function.TANH;
            float scale = word.equals("l") ? 1 / 256f : 1 / 128f;
            int zero = word.equals("l") ? 0 : 128;
            Elementwise element = Elementwise.of(function, inputScale, inputZero, scale, zero);
            steps.add(new Mapping(width, element, inputZero, function.toString()));
            keep(scale, zero, width);
        } else if (word.equals("q")) {
            steps.add(new Mapping(width, rescale(source, i + 1), inputZero, "QUANTIZE"));
            keep(scale(i + 1), zero(i + 1), width);
        } else if (word.charAt(0) == 'j') {
            join(i, word.substring(1).split(","));
        } else {
            int older = Integer.parseInt(word.substring(1, word.length() - 1));
            keep(scale(i + 1), zero(i + 1), width);
            steps.add(pair(i, source, older, word));
        }
    }

    private void keep(float scale, int zero, int width) {
        scales.add(scale);
        zeros.add(zero);
        channels.add(width);
    }

    private Elementwise rescale(int from, int to) {
        Quantization output = new Quantization(1, 0, 1, 0, scale(to), zero(to));
        return Elementwise.rescale(scales.get(from), zeros.get(from), output, Activation.NONE);
    }

    /** Operands get the scale of the result; those that have it are copied. */
    private void join(int i, String[] images) {
        List<Concatenation.Operand> operands = new ArrayList<>();
        int first = Integer.parseInt(images[0]);
        int sum = 0;
        for (String image : images) {
            int number = Integer.parseInt(image);
            Quantization output = new Quantization(1, 0, 1, 0, scales.get(first), zeros.get(first));
            Elementwise element = number == first
                    ? Elementwise.copy()
                    : Elementwise.rescale(scales.get(number), zeros.get(number), output, Activation.NONE);
            operands.add(new Concatenation.Operand(number, channels.get(number), element));
            sum += channels.get(number);
        }
        steps.add(new Concatenation(operands));
        keep(scales.get(first), zeros.get(first), sum);
    }

    private ChainStep pair(int i, int source, int older, String word) {
        Activation activation = activation(word.charAt(word.length() - 1));
        if (word.charAt(0) == 'x') {
            Quantization q = new Quantization(
                    scales.get(older),
                    zeros.get(older),
                    scales.get(source),
                    zeros.get(source),
                    scales.get(i + 1) * 8,
                    zeros.get(i + 1));
            scales.set(i + 1, scales.get(i + 1) * 8);
            return new Product(channels.get(source), older, q, activation);
        }
        return Sum.of(
                channels.get(source),
                older,
                new Sum.Operand(scales.get(older), zeros.get(older)),
                new Sum.Operand(scales.get(source), zeros.get(source)),
                new Sum.Operand(scales.get(i + 1), zeros.get(i + 1)),
                activation);
    }

    private void convolution(int i, int source, Matcher text) {
        boolean depthwise = text.group(1).equals("d");
        int outputs = Integer.parseInt(text.group(2));
        int kernel = Integer.parseInt(text.group(3));
        Window window = new Window(
                kernel, Integer.parseInt(text.group(4)), text.group(5).equals("v"));
        ParameterFormat format = ParameterFormat.of(Integer.parseInt(text.group(6)));
        boolean perChannel = format.isPerChannel();
        Quantization q = new Quantization(
                scales.get(source),
                zeros.get(source),
                (i % 5 + 2) / 1024f,
                perChannel ? 128 : (i * 29 + 100) % 256,
                scales.get(i + 1),
                zeros.get(i + 1));
        steps.add(new Convolution(
                outputs, window, depthwise, format, activation(text.group(7).charAt(0)), q));
        int count = kernel * kernel * outputs * (depthwise ? 1 : channels.get(source));
        float[] weightScales = new float[perChannel ? outputs : 0];
        for (int c = 0; c < weightScales.length; c++) {
            weightScales[c] = weightScale(i, c);
        }
        int[] bias = format.hasBias() ? bias(i, outputs) : new int[0];
        numbers.add(new ConvolutionPayload.Numbers(weights(i, count, perChannel), bias, weightScales));
    }

    /** Weights of the layer at a position; 0, which no compiler writes per channel, may be left out. */
    public static byte[] weights(int position, int count, boolean withoutZero) {
        byte[] weights = new byte[count];
        for (int j = 0; j < count; j++) {
            int weight = 7 * j + 3 + 31 * position + (j >> 8) * 11 & 255;
            weights[j] = (byte) (withoutZero && weight == 0 ? 1 : weight);
        }
        return weights;
    }

    /** Scale of the weights of an output channel of the layer at a position. */
    public static float weightScale(int position, int channel) {
        return ((channel * 13 + position) % 17 + 3) / 2048f;
    }

    public static int[] bias(int position, int outputs) {
        int[] bias = new int[outputs];
        for (int c = 0; c < outputs; c++) {
            bias[c] = (5 * c - 100) * (position + 1);
        }
        return bias;
    }

    public static Activation activation(char letter) {
        return letter == 'n' ? Activation.NONE : letter == 'r' ? Activation.RELU : Activation.RELU6;
    }

    /** Scale of the tensor behind so many layers. */
    public static float scale(int position) {
        return (position * 7 % 11 + 3) / 256f;
    }

    /** Stored byte of 0 of the tensor behind so many layers. */
    public static int zero(int position) {
        return (position * 53 + 17) % 256;
    }

    public ImageChain chain() {
        return ImageChain.of(input[0], input[1], input[2], steps, sources, results);
    }

    public List<ChainStep> steps() {
        return steps;
    }

    /** Numbers of the convolutions. */
    public List<ConvolutionPayload.Numbers> numbers() {
        return numbers;
    }

    /** What follows the steps over images, one word each. */
    public List<String> rest() {
        return List.of(words).subList(1 + steps.size(), words.length);
    }

    /** Scale of the last image. */
    public float lastScale() {
        return scales.get(steps.size());
    }

    /** Stored byte of 0 of the last image. */
    public int lastZero() {
        return zeros.get(steps.size());
    }
}
