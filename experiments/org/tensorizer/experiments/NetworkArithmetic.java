package org.tensorizer.experiments;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.experiments.LayerArithmetic.Output;
import org.tensorizer.experiments.LayerArithmetic.Weights;
import org.tensorizer.experiments.LayerArithmetic.Window;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.trace.OpFields;

/**
 * What the layers of a compiled network make of an input, computed from the numbers in its payload as {@link LayerArithmetic}
 * defines layers. Covers convolutions, fully connected layers, sums, pools and softmax.
 */
final class NetworkArithmetic {
    private final Network network;
    private final Map<GraphTensor, int[]> images = new HashMap<>();

    private NetworkArithmetic(Network network) {
        this.network = network;
    }

    /**
     * The output of a network with one input and one output.
     *
     * @param input in the chip's unsigned domain
     * @return in that domain; empty if an operator is not covered
     */
    static Optional<int[]> answer(Network network, byte[] input) {
        NetworkArithmetic arithmetic = new NetworkArithmetic(network);
        int[] image = new int[input.length];
        for (int i = 0; i < image.length; i++) {
            image[i] = input[i] & 0xff;
        }
        arithmetic.images.put(network.graph().inputs().get(0), image);
        for (GraphOperator operator : network.graph().operators()) {
            int[] result = arithmetic.compute(operator);
            if (result == null) {
                return Optional.empty();
            }
            arithmetic.images.put(operator.output(), result);
        }
        return network.graph().outputs().get(0).tensor().map(arithmetic.images::get);
    }

    /** Whether the answer is a softmax, which is exact to a step only. */
    static boolean endsInSoftmax(Network network) {
        return network.graph().operators().stream().anyMatch(GraphOperator.Softmax.class::isInstance);
    }

    /** Null if it is not covered. */
    private int[] compute(GraphOperator operator) {
        Shape in = operator.inputs().get(0).shape();
        Shape out = operator.output().shape();
        int[] image = images.get(operator.inputs().get(0));
        if (operator instanceof LayerOperator layer) {
            return layer(layer, in, image, out);
        } else if (operator instanceof GraphOperator.Add add) {
            return LayerArithmetic.add(
                    image,
                    add.firstFactor(),
                    images.get(add.inputs().get(1)),
                    add.secondFactor(),
                    add.fields().constant(),
                    add.fields().multiplierValue(),
                    output(add.fields()));
        } else if (operator instanceof GraphOperator.Pool pool && !pool.window().same()) {
            int[] strides = {pool.window().strideY(), pool.window().strideX()};
            Window window = Window.of(
                    in, out, false, pool.window().height(), pool.window().width(), strides, new int[] {1, 1});
            return pool.isMaximum()
                    ? LayerArithmetic.maximum(in, image, out, window)
                    : LayerArithmetic.average(
                            in,
                            image,
                            out,
                            window,
                            pool.inputs().get(0).zeroPoint(),
                            pool.fields().multiplierValue(),
                            output(pool.fields()));
        } else if (operator instanceof GraphOperator.Softmax softmax) {
            double scale = Float.intBitsToFloat(softmax.exponentScale());
            return LayerArithmetic.softmax(
                    image,
                    scale,
                    network.outputs().get(0).quantized().scale(),
                    softmax.fields().outputZero());
        }
        return operator instanceof GraphOperator.Reshape ? image : null;
    }

    private int[] layer(LayerOperator layer, Shape in, int[] image, Shape out) {
        boolean dense = layer.kind() == LayerOperator.Kind.FULLY_CONNECTED;
        Shape from = dense ? new Shape(1, 1, in.elements()) : in;
        LayerOperator.Geometry g = layer.geometry();
        Window window = dense
                ? Window.whole(from)
                : Window.of(
                        in,
                        out,
                        g.same(),
                        layer.layout().height(),
                        layer.layout().width(),
                        new int[] {g.strideY(), g.strideX()},
                        new int[] {g.dilationY(), g.dilationX()});
        boolean depthwise =
                layer.kind() == LayerOperator.Kind.DEPTHWISE_CONV_2D || layer.kind() == LayerOperator.Kind.CHANNELWISE;
        Weights numbers = new Weights(
                depthwise,
                network.weights(layer),
                network.weightZero(layer),
                layer.fields().inputZero(),
                network.biases(layer),
                network.multipliers(layer));
        return LayerArithmetic.layer(from, image, out, window, numbers, output(layer.fields()));
    }

    private static Output output(OpFields fields) {
        return new Output(fields.clampMinValue(), fields.clampMaxValue(), fields.outputZero());
    }
}
