package org.tensorizer.network.lift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.base.BadInputException;
import org.tensorizer.layout.BlockLayout;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.lift.Ulps.FittedScale;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.TfliteWriter;
import org.tensorizer.template.TfliteWriter.Scaling;

/** The plain model of a lifted network. Used once. */
final class LiftedWriter {
    private static final int SIGN = 128;
    private static final Map<String, Integer> SIGNED_VERSIONS =
            Map.of("CONV_2D", 3, "DEPTHWISE_CONV_2D", 3, "FULLY_CONNECTED", 4, "RESHAPE", 1, "QUANTIZE", 1);

    private final Network network;
    private final ScaleSolver.Solution solution;
    private final List<GraphOperator> operators;
    private final boolean signed;
    private final TfliteWriter writer;
    private final LiftedOptions constants;
    private final Map<GraphTensor, Integer> at = new HashMap<>();
    private final Map<Integer, List<Integer>> shapes = new HashMap<>();
    private final Map<Integer, TensorType> types = new HashMap<>();
    private final Map<List<Object>, Integer> reshaped = new HashMap<>();
    private int inexact;
    private int channels;

    /** @param writer takes the operators */
    LiftedWriter(Network network, ScaleSolver.Solution solution, List<GraphOperator> operators, TfliteWriter writer) {
        this.writer = writer;
        this.constants = new LiftedOptions(network.model().name(), writer);
        this.network = network;
        this.solution = solution;
        this.operators = operators;
        this.signed = isSigned();
    }

    /** int8 if a layer has scales by channel, an input or output is signed, or all weight zero points are 128. */
    private boolean isSigned() {
        List<LayerOperator> layers = layers();
        boolean edges = network.inputs().stream().anyMatch(Network.Edge::isSigned)
                || network.outputs().stream().anyMatch(Network.Edge::isSigned);
        boolean perChannel = layers.stream().anyMatch(LayerOperator::isPerChannel);
        boolean middle = layers.stream().allMatch(layer -> network.weightZero(layer) == SIGN);
        if ((edges || perChannel) && !middle) {
            throw new BadInputException(network.model().name()
                    + ": signed tensors beside weights with zero points of their own: mixed types are not lifted");
        }
        return edges || perChannel || !layers.isEmpty() && middle;
    }

    private List<LayerOperator> layers() {
        return operators.stream()
                .filter(o -> o instanceof LayerOperator layer && layer.kind() != LayerOperator.Kind.CHANNELWISE)
                .map(LayerOperator.class::cast)
                .toList();
    }

    /** Channels whose multiplier no weight scale gives exactly. */
    int inexact() {
        return inexact;
    }

    /** Channels of all layers. */
    int channels() {
        return channels;
    }

    /**
     * Writes all operators.
     *
     * @param inputs indices of the tensors that hold the inputs, in their order
     * @return indices of the outputs in their order, -1 for those that are not understood
     */
    List<Integer> write(List<Integer> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            input(
                    inputs.get(i),
                    network.inputs().get(i),
                    network.graph().inputs().get(i));
        }
        Map<GraphTensor, Network.Edge> named = new HashMap<>();
        for (int i = 0; i < network.outputs().size(); i++) {
            Network.Edge edge = network.outputs().get(i);
            network.graph().outputs().get(i).tensor().ifPresent(t -> named.putIfAbsent(t, edge));
        }
        for (GraphOperator operator : operators) {
            at.put(operator.output(), operator(operator, named));
        }
        List<Integer> outputs = new ArrayList<>();
        for (int i = 0; i < network.outputs().size(); i++) {
            Graph.Output output = network.graph().outputs().get(i);
            outputs.add(output.tensor()
                    .map(tensor -> output(
                            network.outputs().get(network.graph().outputs().indexOf(output)), tensor))
                    .orElse(-1));
        }
        return outputs;
    }

    private int tensor(String name, List<Integer> shape, TensorType type, GraphTensor like) {
        long zero = like.zeroPoint() - (type == TensorType.INT8 ? SIGN : 0);
        int index = writer.tensor(name, type, shape, Scaling.of(solution.of(like), zero), null);
        shapes.put(index, shape);
        types.put(index, type);
        return index;
    }

    private TensorType inner() {
        return signed ? TensorType.INT8 : TensorType.UINT8;
    }

    private int activation(GraphTensor tensor, List<Integer> shape) {
        return tensor("tensor_" + tensor.index(), shape, inner(), tensor);
    }

    private static List<Integer> outer(Network.Edge edge) {
        return edge.tensor().shape();
    }

    private void input(int index, Network.Edge edge, GraphTensor tensor) {
        shapes.put(index, outer(edge));
        types.put(index, edge.tensor().type());
        at.put(tensor, index);
        if (edge.tensor().type() != inner()) {
            int turned = activation(tensor, outer(edge));
            plain("QUANTIZE", List.of(index), turned, BuiltinFields.NONE);
            at.put(tensor, turned);
        }
    }

    private int output(Network.Edge edge, GraphTensor tensor) {
        int index = reshape(at.get(tensor), tensor, outer(edge));
        if (types.get(index) != edge.tensor().type()) {
            int turned = tensor(edge.name(), outer(edge), edge.tensor().type(), tensor);
            plain("QUANTIZE", List.of(index), turned, BuiltinFields.NONE);
            return turned;
        }
        return index;
    }

    private void plain(String name, List<Integer> inputs, int output, BuiltinFields options) {
        int version = name.equals("RESIZE_BILINEAR") ? 3 : signed ? SIGNED_VERSIONS.getOrDefault(name, 2) : 1;
        writer.operator(name, version, inputs, output, options);
    }

    private int reshape(int index, GraphTensor tensor, List<Integer> shape) {
        if (shape.equals(shapes.get(index))) {
            return index;
        }
        return reshaped.computeIfAbsent(List.of(index, shape), key -> {
            String name = "tensor_" + tensor.index() + "_as_" + shape.toString().replaceAll("[^0-9]+", "_");
            int output = tensor(name, shape, types.get(index), tensor);
            plain("RESHAPE", List.of(index, constants.integers(name + "_shape", shape)), output, BuiltinFields.NONE);
            return output;
        });
    }

    private int four(GraphTensor tensor) {
        return reshape(at.get(tensor), tensor, full(tensor));
    }

    private static List<Integer> full(GraphTensor tensor) {
        Shape shape = tensor.shape();
        return List.of(1, shape.height(), shape.width(), shape.channels());
    }

    /** Writes an operator. An output of the whole network has its name where shape and type allow. */
    private int operator(GraphOperator operator, Map<GraphTensor, Network.Edge> named) {
        GraphTensor output = operator.output();
        if (operator instanceof GraphOperator.Reshape reshape) {
            return reshape(at.get(reshape.inputs().get(0)), reshape.inputs().get(0), full(output));
        }
        boolean flat = operator instanceof LayerOperator layer && layer.kind() == LayerOperator.Kind.FULLY_CONNECTED
                || operator instanceof GraphOperator.Softmax;
        List<Integer> shape = flat ? List.of(1, output.shape().elements()) : full(output);
        List<Integer> inputs = new ArrayList<>();
        for (GraphTensor input : operator.inputs()) {
            inputs.add(
                    flat
                            ? reshape(
                                    at.get(input),
                                    input,
                                    List.of(1, input.shape().elements()))
                            : four(input));
        }
        if (operator instanceof LayerOperator layer) {
            parameters(layer, inputs);
        }
        BuiltinFields options = constants.of(operator, inputs);
        Network.Edge edge = named.get(output);
        boolean own = edge != null && outer(edge).equals(shape) && edge.tensor().type() == inner();
        int index = own ? tensor(edge.name(), shape, inner(), output) : activation(output, shape);
        plain(operator.name(), inputs, index, options);
        return index;
    }

    /** Adds weights and bias to the inputs of a layer. */
    private void parameters(LayerOperator layer, List<Integer> inputs) {
        GraphTensor input = layer.inputs().get(0);
        float[] multipliers = network.multipliers(layer);
        float inputScale = solution.of(input);
        float[] scales = new float[multipliers.length];
        for (int channel = 0; channel < scales.length; channel++) {
            FittedScale scale = FittedScale.of(multipliers[channel], inputScale, solution.of(layer.output()));
            scales[channel] = scale.value();
            inexact += scale.exact() ? 0 : 1;
            channels++;
        }
        boolean folded = layer.kind() == LayerOperator.Kind.CHANNELWISE;
        boolean perChannel =
                layer.layout().header().scales() || layer.layout().header().zeroPoints();
        if (!perChannel) {
            scales = Arrays.copyOf(scales, 1);
        }
        boolean depthwise = folded || layer.kind() == LayerOperator.Kind.DEPTHWISE_CONV_2D;
        String name = "tensor_" + layer.output().index();
        int outputs = layer.layout().outputs();
        int height = layer.layout().height();
        int width = layer.layout().width();
        List<Integer> shape;
        if (layer.kind() == LayerOperator.Kind.FULLY_CONNECTED) {
            shape = List.of(outputs, layer.layout().inputs());
        } else if (depthwise) {
            shape = List.of(1, height, width, outputs);
        } else {
            shape = List.of(outputs, height, width, layer.layout().inputs());
        }
        int zero = folded ? SIGN : network.weightZero(layer);
        byte[] weights = folded ? ones(outputs) : network.weights(layer);
        if (depthwise) {
            weights = BlockLayout.transposed(weights, outputs); // W[channel][ky][kx] to W[ky][kx][channel]
        }
        if (signed) {
            weights = TensorDomain.turned(weights);
        }
        inputs.add(writer.tensor(
                name + "_weights",
                inner(),
                shape,
                new Scaling(scales, signed ? zero - SIGN : zero, depthwise ? 3 : 0),
                weights));
        inputs.add(writer.biases(name + "_bias", network.biases(layer), inputScale, scales));
    }

    private static byte[] ones(int count) {
        byte[] ones = new byte[count];
        Arrays.fill(ones, (byte) (SIGN + 1));
        return ones;
    }
}
