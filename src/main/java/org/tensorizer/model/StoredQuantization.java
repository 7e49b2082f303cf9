package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.ByteRange;

/**
 * Where a model keeps scales and zero points of activations, for those who change them in place: in the tensors of its
 * graph and in the layers of its executables. All ranges are absolute in the file.
 */
public final class StoredQuantization {
    private static final int SCALE = 2;
    private static final int ZERO_POINT = 3;

    private StoredQuantization() {}

    /**
     * Quantization of a tensor of the first graph.
     *
     * @param scales float32 values, empty if there are none
     * @param zeroPoints int64 values in the domain of the tensor's type, empty if there are none
     */
    public record OfTensor(ByteRange scales, ByteRange zeroPoints) {}

    /**
     * Numerics of a layer of an executable.
     *
     * @param name of the layer
     * @param zeroPoint int32, unsigned domain; absent if the file leaves it out, which means 0
     * @param scale float32; absent if the file leaves it out
     */
    public record OfLayer(String name, Optional<ByteRange> zeroPoint, Optional<ByteRange> scale) {}

    /** Quantization of all tensors of the first graph, in their order. */
    public static List<OfTensor> tensors(TfliteModel model) {
        CheckedBytes bytes = new CheckedBytes(model.name(), model.copy());
        FlatTable subgraph = FlatTable.root(bytes, bytes.all(), "Model")
                .tables(2, "subgraphs", "SubGraph")
                .get(0);
        List<OfTensor> tensors = new ArrayList<>();
        for (FlatTable tensor : subgraph.tables(0, "tensors", "Tensor")) {
            Optional<FlatTable> quantization = tensor.table(4, "quantization", "QuantizationParameters");
            ByteRange none = new ByteRange(tensor.position(), tensor.position());
            tensors.add(new OfTensor(
                    quantization
                            .map(q -> q.elements(SCALE, Float.BYTES, "scale"))
                            .orElse(none),
                    quantization
                            .map(q -> q.elements(ZERO_POINT, Long.BYTES, "zero_point"))
                            .orElse(none)));
        }
        return tensors;
    }

    /** Numerics of all layers of an executable, inputs first. */
    public static List<OfLayer> layers(TfliteModel model, Executable executable) {
        CheckedBytes bytes = new CheckedBytes(model.name(), model.copy());
        FlatTable root = FlatTable.root(bytes, executable.range(), "Executable");
        List<FlatTable> tables = new ArrayList<>(root.tables(8, "input_layers", "Layer"));
        tables.addAll(root.tables(9, "output_layers", "Layer"));
        List<OfLayer> layers = new ArrayList<>();
        for (FlatTable layer : tables) {
            Optional<FlatTable> numerics = layer.table(5, "numerics", "NumericsConstants");
            layers.add(new OfLayer(
                    layer.text(0, "name"),
                    numerics.flatMap(n -> n.field(0, Integer.BYTES, "zero_point")),
                    numerics.flatMap(n -> n.field(1, Float.BYTES, "dequantization_factor"))));
        }
        return layers;
    }
}
