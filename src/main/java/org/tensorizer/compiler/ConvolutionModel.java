package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.ByteRange;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.Window;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.SourceGraphBuilder;

/**
 * One convolution as a model of its own, compiled and as a source: a matrix product of as many rows as its image has
 * pixels where the window is 1x1.
 *
 * @param height of the input
 * @param width of the input
 * @param inputs channels
 * @param numbers weights as the chip stores them
 * @param type of input and output
 */
public record ConvolutionModel(
        int height, int width, int inputs, Convolution layer, ConvolutionPayload.Numbers numbers, TensorType type) {
    /** The program and its plans. */
    public NetworkProgram program() {
        return NetworkProgram.of(ImageChain.of(height, width, inputs, List.of(layer)), Head.NONE);
    }

    /** A complete compiled .tflite. */
    public byte[] compiled() {
        NetworkProgram program = program();
        Image result = program.chain().result();
        return new NetworkFile(
                        program,
                        List.of(numbers),
                        tensor(
                                0,
                                "input",
                                List.of(1, height, width, inputs),
                                layer.quantization().inputScale(),
                                inputDomain()),
                        List.of(tensor(
                                1,
                                "output",
                                List.of(1, result.height(), result.width(), layer.outputs()),
                                layer.quantization().outputScale(),
                                outputDomain())))
                .write(null, List.of(), List.of());
    }

    private TensorDomain inputDomain() {
        return TensorDomain.ofChip(type, layer.quantization().inputZeroPoint());
    }

    private TensorDomain outputDomain() {
        return TensorDomain.ofChip(type, layer.quantization().outputZeroPoint());
    }

    private static Tensor tensor(int index, String name, List<Integer> shape, float scale, TensorDomain domain) {
        return new Tensor(
                index,
                name,
                domain.type(),
                shape,
                List.of(scale),
                List.of((long) domain.zeroPoint()),
                0,
                0,
                new ByteRange(0, 0),
                false);
    }

    /** The uncompiled .tflite of the same layer. */
    public byte[] source() {
        Window window = layer.window();
        int outputHeight = window.outputs(height);
        int outputWidth = window.outputs(width);
        SourceGraphBuilder graph = new SourceGraphBuilder();
        int input = graph.activation(
                "input", List.of(1, height, width, inputs), layer.quantization().inputScale(), inputDomain());
        int output = graph.activation(
                "output",
                List.of(1, outputHeight, outputWidth, layer.outputs()),
                layer.quantization().outputScale(),
                outputDomain());
        SourceGraphBuilder.Window shape =
                new SourceGraphBuilder.Window(window.kernel(), window.stride(), window.valid());
        float scale = layer.quantization().inputScale();
        if (layer.depthwise()) {
            graph.depthwise(input, scale, output, type, shape, parameters(), layer.activation());
        } else {
            graph.convolution(input, scale, output, type, shape, parameters(), layer.activation());
        }
        return graph.build(layer.describe(), input, output);
    }

    private SourceGraphBuilder.Parameters parameters() {
        boolean perChannel = layer.format().isPerChannel();
        int kernel = layer.window().kernel();
        List<Integer> shape = new ArrayList<>(
                layer.depthwise()
                        ? List.of(1, kernel, kernel, layer.outputs())
                        : List.of(layer.outputs(), kernel, kernel, inputs));
        byte[] weights = type == TensorType.INT8
                ? TensorDomain.turned(numbers.weights())
                : numbers.weights().clone();
        float[] scales = perChannel
                ? numbers.weightScales()
                : new float[] {layer.quantization().weightScale()};
        long zeroPoint = layer.quantization().weightZeroPoint() - (type == TensorType.INT8 ? 128L : 0);
        return new SourceGraphBuilder.Parameters(
                shape, weights, scales, zeroPoint, layer.depthwise() ? 3 : 0, numbers.bias());
    }
}
