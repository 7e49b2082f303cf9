package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.ChainStep.MaxPool;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.conv.Sum;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;

/**
 * What a network answers, from the definition of its layers: sums in long, then scale and clamps in float32 and rounding
 * half to even. It knows nothing of tiles, memories or instructions.
 */
final class NetworkReference {
    private NetworkReference() {}

    /** Bytes of an image [y][x][channel], unsigned. */
    record Pixels(int height, int width, int channels, int[] values) {
        int at(int y, int x, int c) {
            return values[(y * width + x) * channels + c];
        }
    }

    /** The input, then the result of each step. */
    static List<Pixels> images(NetworkText text, Pixels input) {
        List<Pixels> images = new ArrayList<>(List.of(input));
        int numbers = 0;
        for (int i = 0; i < text.steps().size(); i++) {
            ChainStep step = text.steps().get(i);
            Pixels from = images.get(text.chain().source(i));
            if (step instanceof Convolution convolution) {
                images.add(convolve(convolution, text.numbers().get(numbers++), from));
            } else if (step instanceof MaxPool pool) {
                images.add(maximum(pool, from));
            } else if (step instanceof Sum sum) {
                images.add(add(sum, images.get(sum.older()), from));
            } else {
                images.add(ElementReference.run(step, images, from));
            }
        }
        return images;
    }

    /** What follows the last image; a softmax exactly, which the chip computes from tables. */
    static int[] head(Head head, Pixels last) {
        int[] values = last.values();
        if (head.mean().isPresent()) {
            values = mean(head.mean().get(), last);
        }
        for (Head.Layer layer : head.layers()) {
            values = layer(layer, values);
            if (layer.function().isPresent()) {
                values = ElementReference.map(layer.function().get(), values);
            }
        }
        return head.softmax().isPresent() ? softmax(head.softmax().get(), values) : values;
    }

    static int quantize(long sum, float multiplier, float low, float high, int zero) {
        float value = (float) sum * multiplier;
        return (int) Math.rint(Math.min(Math.max(value, low), high)) + zero;
    }

    static float clamp(float limit, float scale, Activation activation, boolean upper) {
        float real = limit * scale;
        if (upper && activation == Activation.RELU6) {
            real = Math.min(real, 6);
        } else if (!upper && activation != Activation.NONE) {
            real = Math.max(real, 0);
        }
        return real * (1 / scale);
    }

    private static Pixels convolve(Convolution layer, ConvolutionPayload.Numbers numbers, Pixels from) {
        Window window = layer.window();
        int height = window.outputs(from.height());
        int width = window.outputs(from.width());
        int top = padding(window, from.height(), height);
        int left = padding(window, from.width(), width);
        int zero = layer.quantization().outputZeroPoint();
        float scale = layer.quantization().outputScale();
        float low = clamp(-zero, scale, layer.activation(), false);
        float high = clamp(255 - zero, scale, layer.activation(), true);
        boolean perChannel = layer.format().isPerChannel();
        int weightZero = perChannel ? 128 : layer.quantization().weightZeroPoint();
        int[] values = new int[height * width * layer.outputs()];
        for (int out = 0; out < layer.outputs(); out++) {
            float weightScale = perChannel
                    ? numbers.weightScales()[out]
                    : layer.quantization().weightScale();
            float multiplier = (layer.quantization().inputScale() * weightScale) * (1 / scale);
            int bias = layer.format().hasBias() ? numbers.bias()[out] : 0;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    long sum = bias
                            + sum(
                                    layer,
                                    numbers.weights(),
                                    weightZero,
                                    from,
                                    out,
                                    y * window.stride() - top,
                                    x * window.stride() - left);
                    values[(y * width + x) * layer.outputs() + out] = quantize(sum, multiplier, low, high, zero);
                }
            }
        }
        return new Pixels(height, width, layer.outputs(), values);
    }

    private static int padding(Window window, int pixels, int outputs) {
        return window.valid() ? 0 : Math.max((outputs - 1) * window.stride() + window.kernel() - pixels, 0) / 2;
    }

    private static long sum(
            Convolution layer, byte[] weights, int weightZero, Pixels from, int out, int top, int left) {
        int kernel = layer.window().kernel();
        int inputZero = layer.quantization().inputZeroPoint();
        long sum = 0;
        for (int ky = Math.max(0, -top); ky < kernel && top + ky < from.height(); ky++) {
            for (int kx = Math.max(0, -left); kx < kernel && left + kx < from.width(); kx++) {
                int tap = ky * kernel + kx;
                if (layer.depthwise()) {
                    int weight = (weights[tap * layer.outputs() + out] & 0xff) - weightZero;
                    sum += (long) weight * (from.at(top + ky, left + kx, out) - inputZero);
                    continue;
                }
                int first = (out * kernel * kernel + tap) * from.channels();
                int pixel = ((top + ky) * from.width() + left + kx) * from.channels();
                int part = 0;
                for (int c = 0; c < from.channels(); c++) {
                    part += ((weights[first + c] & 0xff) - weightZero) * (from.values()[pixel + c] - inputZero);
                }
                sum += part;
            }
        }
        return sum;
    }

    private static Pixels maximum(MaxPool pool, Pixels from) {
        int height = pool.window().outputs(from.height());
        int width = pool.window().outputs(from.width());
        int[] values = new int[height * width * from.channels()];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < from.channels(); c++) {
                    int most = 0;
                    for (int k = 0; k < pool.window().kernel() * pool.window().kernel(); k++) {
                        int row = y * pool.window().stride() + k / pool.window().kernel();
                        int column =
                                x * pool.window().stride() + k % pool.window().kernel();
                        most = Math.max(most, from.at(row, column, c));
                    }
                    values[(y * width + x) * from.channels() + c] = most;
                }
            }
        }
        return new Pixels(height, width, from.channels(), values);
    }

    private static Pixels add(Sum sum, Pixels older, Pixels before) {
        int[] values = new int[before.values().length];
        int zero = sum.outputZeroPoint();
        float low = clamp(-zero, sum.outputScale(), sum.activation(), false);
        float high = clamp(255 - zero, sum.outputScale(), sum.activation(), true);
        for (int i = 0; i < values.length; i++) {
            long total = (long) sum.olderWeight() * older.values()[i]
                    + (long) sum.weight() * before.values()[i]
                    + sum.constant();
            values[i] = quantize(total, sum.multiplier(), low, high, zero);
        }
        return new Pixels(before.height(), before.width(), before.channels(), values);
    }

    private static int[] mean(Head.Mean mean, Pixels from) {
        int pixels = from.height() * from.width();
        int[] values = new int[from.channels()];
        int zero = mean.outputZeroPoint();
        for (int c = 0; c < values.length; c++) {
            long sum = -(long) pixels * mean.inputZeroPoint();
            for (int i = 0; i < pixels; i++) {
                sum += from.values()[i * from.channels() + c];
            }
            values[c] = quantize(sum, mean.multiplier(pixels), -zero, 255 - zero, zero);
        }
        return values;
    }

    private static int[] layer(Head.Layer layer, int[] inputs) {
        int zero = layer.quantization().outputZeroPoint();
        float scale = layer.quantization().outputScale();
        float low = clamp(-zero, scale, layer.activation(), false);
        float high = clamp(255 - zero, scale, layer.activation(), true);
        boolean perChannel = layer.format().isPerChannel();
        int[] values = new int[layer.outputs()];
        for (int out = 0; out < values.length; out++) {
            long sum = layer.format().hasBias() ? layer.bias()[out] : 0;
            int weightZero = perChannel ? 128 : layer.quantization().weightZeroPoint();
            for (int in = 0; in < inputs.length; in++) {
                int weight = (layer.weights()[out * inputs.length + in] & 0xff) - weightZero;
                sum += (long) weight * (inputs[in] - layer.quantization().inputZeroPoint());
            }
            float weightScale = perChannel
                    ? layer.weightScales()[out]
                    : layer.quantization().weightScale();
            float multiplier = (layer.quantization().inputScale() * weightScale) * (1 / scale);
            values[out] = quantize(sum, multiplier, low, high, zero);
        }
        return values;
    }

    private static int[] softmax(Head.Softmax softmax, int[] values) {
        int most = 0;
        for (int value : values) {
            most = Math.max(most, value);
        }
        double sum = 0;
        for (int value : values) {
            sum += Math.exp((value - most) * (double) softmax.inputScale() * softmax.beta());
        }
        int[] results = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            double p = Math.exp((values[i] - most) * (double) softmax.inputScale() * softmax.beta()) / sum;
            double result = Math.rint(p / softmax.outputScale()) + softmax.outputZeroPoint();
            results[i] = (int) Math.min(255, result);
        }
        return results;
    }
}
