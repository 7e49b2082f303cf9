package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.dense.Quantization;

/**
 * The words of a network behind its images, with numbers that follow from their positions: {@code p2} a mean whose
 * operator has stride 2, {@code f100r} a fully connected layer of 100 outputs with RELU, {@code s} a softmax.
 */
final class HeadText {
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
                    int outputs = Integer.parseInt(word.substring(1, word.length() - 1));
                    Quantization q = new Quantization(
                            scale, zero, (position % 5 + 2) / 1024f, (position * 29 + 100) % 256, nextScale, nextZero);
                    layers.add(new Head.Layer(
                            inputs,
                            outputs,
                            NetworkText.activation(word.charAt(word.length() - 1)),
                            q,
                            NetworkText.weights(position, inputs * outputs, false),
                            NetworkText.bias(position, outputs)));
                    inputs = outputs;
                }
                default -> softmax = Optional.of(new Head.Softmax(scale, zero, 1, 1 / 256f, 0));
            }
            scale = nextScale;
            zero = nextZero;
            position++;
        }
        return new Head(mean, layers, softmax);
    }
}
