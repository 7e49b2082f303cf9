package org.tensorizer.template;

import java.util.List;
import java.util.stream.Collectors;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.SourceGraphBuilder.Parameters;

/**
 * Writes the uncompiled quantized .tflite of a Dense layer or a chain of them: the oracle for TFLite's CPU kernels, and
 * the input for edgetpu_compiler where a user has it.
 *
 * <p>INT8 tensors: a FULLY_CONNECTED for each layer. UINT8 tensors: the same between two QUANTIZE, as converters write it
 * (the CPU kernels take per-channel weights in int8 only). Operator versions are the lowest that hold these features (4
 * and 1), so that the compiler of 2021 still reads them.
 *
 * <p>Deterministic: the same layers give the same bytes, whatever their token.
 */
public final class SourceModelWriter {
    private final ChainSpec chain;
    private final SourceGraphBuilder graph = new SourceGraphBuilder();

    private SourceModelWriter(ChainSpec chain) {
        this.chain = chain;
    }

    /** @return a whole .tflite */
    public static byte[] write(DenseSpec spec) {
        return write(new ChainSpec(List.of(spec)));
    }

    /** @return a whole .tflite with one FULLY_CONNECTED for each layer */
    public static byte[] write(ChainSpec chain) {
        return new SourceModelWriter(chain).model();
    }

    private byte[] model() {
        DenseSpec first = chain.first();
        TensorDomain given = first.inputDomain();
        TensorDomain wanted = chain.last().outputDomain();
        int input = inputEdge(first, first.inputName(), given.type());
        int current = input;
        if (!given.signed()) {
            current = inputEdge(first, "quantized_input", TensorType.INT8);
            graph.quantize(input, current);
        }
        int last = chain.layers().size() - 1;
        for (int i = 0; i <= last; i++) {
            DenseSpec layer = chain.layers().get(i);
            String name = i < last ? "layer_" + i : wanted.signed() ? layer.outputName() : "quantized_output";
            int next = outputEdge(layer, name, TensorType.INT8);
            float inputScale = layer.quantization().inputScale();
            graph.layer(
                    current,
                    inputScale,
                    next,
                    TensorType.INT8,
                    parameters(layer),
                    layer.shape().activation());
            current = next;
        }
        int output = current;
        if (!wanted.signed()) {
            output = outputEdge(chain.last(), chain.last().outputName(), wanted.type());
            graph.quantize(current, output);
        }
        String layers = chain.shapes().stream().map(DenseShape::toString).collect(Collectors.joining("; "));
        return graph.build(layers + ", written by Tensorizer, not compiled", input, output);
    }

    private int inputEdge(DenseSpec layer, String name, TensorType type) {
        Quantization q = layer.quantization();
        return edge(name, layer.shape().inputs(), q.inputScale(), TensorDomain.ofChip(type, q.inputZeroPoint()));
    }

    private int outputEdge(DenseSpec layer, String name, TensorType type) {
        Quantization q = layer.quantization();
        return edge(name, layer.shape().outputs(), q.outputScale(), TensorDomain.ofChip(type, q.outputZeroPoint()));
    }

    private int edge(String name, int channels, float scale, TensorDomain domain) {
        return graph.activation(name, List.of(1, channels), scale, domain);
    }

    /** Weights in int8; one scale, or one for each output channel. */
    private static Parameters parameters(DenseSpec layer) {
        DenseShape shape = layer.shape();
        Quantization q = layer.quantization();
        return new Parameters(
                List.of(shape.outputs(), shape.inputs()),
                layer.weightsInPlace(),
                shape.format().isPerChannel() ? layer.weightScales() : new float[] {q.weightScale()},
                q.weightZeroPoint() - Quantization.WEIGHT_ZERO_POINT,
                0,
                shape.format().hasBias() ? layer.bias() : new int[0]);
    }
}
