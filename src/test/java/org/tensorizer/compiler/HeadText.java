package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.Function;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/**
 * The words of a network behind its images, with numbers that follow from their positions: {@code p2} a mean whose operator
 * has stride 2, {@code f100r} a fully connected layer of 100 outputs with RELU and one weight scale, {@code f100r3} with a
 * scale and a bias for each output, {@code f100r2} with scales alone, {@code f100nl} with a LOGISTIC behind it, {@code
 * f100n3t} with a TANH, {@code s} a softmax.
 */
final class HeadText {
    private static final Pattern LAYER = Pattern.compile("f(\\d+)([nr6])([23]?)([lt]?)");

    private HeadText() {}

    static Head of(NetworkText text) {
        Optional<Head.Mean> mean = Optional.empty();
        List<Head.Layer> layers = new ArrayList<>();
        Optional<Head.Softmax> softmax = Optional.empty();
        Image image = text.chain().result();
        int inputs = image.height() * image.width() * image.channels();
        float scale = text.lastScale();
        int zero = text.lastZero();
        int position = text.steps().size();
        for (String word : text.rest()) {
            float nextScale = NetworkText.scale(position + 1);
            int nextZero = NetworkText.zero(position + 1);
            switch (word.charAt(0)) {
                case 'p' -> {
                    int stride = Integer.parseInt(word.substring(1));
                    mean = Optional.of(new Head.Mean(scale, zero, nextScale, nextZero, stride));
                    inputs = image.channels();
                }
                case 'f' -> {
                    Head.Layer layer = layer(
                            word,
                            position,
                            inputs,
                            new Quantization(
                                    scale,
                                    zero,
                                    (position % 5 + 2) / 1024f,
                                    (position * 29 + 100) % 256,
                                    nextScale,
                                    nextZero));
                    char last = word.charAt(word.length() - 1);
                    if (last == 'l' || last == 't') {
                        Function function = last == 'l' ? Function.LOGISTIC : Function.TANH;
                        float scaled = last == 'l' ? 1 / 256f : 1 / 128f;
                        int middle = last == 'l' ? 0 : 128;
                        layer = layer.with(Elementwise.of(function, nextScale, nextZero, scaled, middle));
                        nextScale = scaled;
                        nextZero = middle;
                    }
                    layers.add(layer);
                    inputs = layer.outputs();
                }
                default -> {
                    Head.Softmax numbers = new Head.Softmax(scale, zero, 1, 1 / 256f, 0);
                    if (layers.isEmpty()
                            || layers.get(layers.size() - 1).function().isPresent()) {
                        layers.add(numbers.passing(inputs));
                    }
                    softmax = Optional.of(numbers);
                }
            }
            scale = nextScale;
            zero = nextZero;
            position++;
        }
        return new Head(mean, layers, softmax);
    }

    private static Head.Layer layer(String word, int position, int inputs, Quantization q) {
        Matcher text = LAYER.matcher(word);
        if (!text.matches()) {
            throw new IllegalArgumentException(word + ", expected a fully connected layer");
        }
        int outputs = Integer.parseInt(text.group(1));
        ParameterFormat format = ParameterFormat.of(text.group(3).isEmpty() ? 1 : Integer.parseInt(text.group(3)));
        float[] weightScales = new float[format.isPerChannel() ? outputs : 0];
        for (int c = 0; c < weightScales.length; c++) {
            weightScales[c] = NetworkText.weightScale(position, c);
        }
        return new Head.Layer(
                inputs,
                outputs,
                format,
                NetworkText.activation(text.group(2).charAt(0)),
                q,
                NetworkText.weights(position, inputs * outputs, format.isPerChannel()),
                format.hasBias() ? NetworkText.bias(position, outputs) : new int[0],
                weightScales);
    }
}
