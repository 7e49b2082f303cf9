package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.tensorizer.conv.Sum;
import org.tensorizer.dense.Activation;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.experiments.LayerArithmetic.Output;
import org.tensorizer.experiments.LayerArithmetic.Weights;
import org.tensorizer.experiments.LayerArithmetic.Window;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.InnerTensors;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.rules.Quantized;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;

/**
 * The layers of a compiled network beside those of its source. Every layer, sum and pool of the program whose counterpart is
 * found is computed by {@link LayerArithmetic} from what went into it on an emulated chip and from the source's tensors.
 */
final class SourceLayers {
    private final Network network;
    private final SourceGraph source;
    private final InnerTensors inner;
    private final List<byte[]> inputs = new ArrayList<>();

    /** Tensor of the source that a tensor of the program is. */
    private final Map<GraphTensor, Integer> known = new HashMap<>();

    private final List<Operator> unused;
    private final List<String> left = new ArrayList<>();
    private int compared;
    private long bytes;

    SourceLayers(Network network, SourceGraph source, ChipParameters chip) {
        this.network = network;
        this.source = source;
        unused = new ArrayList<>(source.model().operators());
        Random random = new Random(4);
        for (GraphTensor tensor : network.graph().inputs()) {
            byte[] input = new byte[tensor.shape().elements()];
            random.nextBytes(input);
            inputs.add(input);
            source.named(tensor.name()).ifPresent(index -> known.put(tensor, index));
        }
        inner = InnerTensors.of(
                network,
                network.model(),
                new EmulatorDevice(chip, true).innerResults().orElseThrow(),
                inputs);
    }

    /** @throws AssertionError naming the first byte that is another */
    void compare() {
        for (GraphOperator operator : network.graph().operators()) {
            Optional<int[]> expected = Optional.empty();
            if (operator instanceof LayerOperator layer) {
                expected = layer(layer);
            } else if (operator instanceof GraphOperator.Add add) {
                expected = add(add);
            } else if (operator instanceof GraphOperator.Pool pool) {
                expected = pool(pool);
            } else if (operator instanceof GraphOperator.Reshape) {
                Integer from = known.get(operator.inputs().get(0));
                if (from != null) {
                    known.put(operator.output(), from);
                }
            }
            if (expected.isPresent()) {
                compare(operator, expected.get());
            } else if (!operator.places().isEmpty()) {
                left.add(operator.name());
            }
        }
    }

    private void compare(GraphOperator operator, int[] expected) {
        InnerTensors.Tensor found = inner.tensors().get(operator.output());
        assertThat(found.isWhole()).as("%s: all elements computed", operator).isTrue();
        for (int i = 0; i < expected.length; i++) {
            if ((found.bytes()[i] & 0xff) != expected[i]) {
                assertThat(found.bytes()[i] & 0xff)
                        .as("%s, element %d of %d", operator, i, expected.length)
                        .isEqualTo(expected[i]);
            }
        }
        compared++;
        bytes += expected.length;
    }

    /** Layers, sums and pools that were compared. */
    int compared() {
        return compared;
    }

    /** Elements that several tiles computed, and not the same. */
    long disagreeing() {
        return inner.disagreeing();
    }

    @Override
    public String toString() {
        return compared + " operators, " + bytes + " bytes equal; left out " + left;
    }

    /** What the emulated chip has computed for a tensor, or its input; moved elements are moved here. */
    private Optional<int[]> image(GraphTensor tensor) {
        int input = network.graph().inputs().indexOf(tensor);
        if (input >= 0) {
            return Optional.of(unsigned(inputs.get(input)));
        }
        InnerTensors.Tensor found = inner.tensors().get(tensor);
        if (found != null && found.isWhole()) {
            return Optional.of(unsigned(found.bytes()));
        }
        return tensor.producer()
                .filter(GraphOperator.Reshape.class::isInstance)
                .flatMap(reshape -> image(reshape.inputs().get(0)));
    }

    private static int[] unsigned(byte[] bytes) {
        int[] values = new int[bytes.length];
        Arrays.setAll(values, i -> bytes[i] & 0xff);
        return values;
    }

    private Shape shape(int tensor) {
        List<Integer> shape = source.tensor(tensor).shape();
        int last = shape.size() - 1;
        return last < 3
                ? new Shape(1, 1, shape.get(last))
                : new Shape(shape.get(last - 2), shape.get(last - 1), shape.get(last));
    }

    private static Output output(Quantized output, FusedActivation activation) {
        return new Output(output.clampMin(activation), output.clampMax(activation), output.zeroPoint());
    }

    /** The first layer of the source that has these weights and biases and no place yet. */
    private Optional<int[]> layer(LayerOperator layer) {
        byte[] weights = network.weights(layer);
        int[] biases = network.biases(layer);
        for (Operator operator : unused) {
            if (source.isLayer(operator)
                    && Arrays.equals(source.layer(operator).weights(), weights)
                    && Arrays.equals(source.layer(operator).biases(), biases)) {
                unused.remove(operator);
                known.put(layer.output(), operator.outputs().get(0));
                return image(layer.inputs().get(0)).flatMap(image -> layer(source.layer(operator), image));
            }
        }
        return Optional.empty();
    }

    private Optional<int[]> layer(SourceLayer layer, int[] image) {
        Shape in = shape(layer.operator().inputs().get(0));
        Shape out = shape(layer.operator().outputs().get(0));
        OperatorOptions.Convolution g = layer.geometry();
        Window window = Window.of(
                in,
                out,
                g.padding() == OperatorOptions.Padding.SAME,
                layer.height(),
                layer.width(),
                new int[] {g.strideY(), g.strideX()},
                new int[] {g.dilationY(), g.dilationX()});
        if (layer.isDense()) {
            in = new Shape(1, 1, layer.inputs());
            window = Window.whole(in);
        }
        if (in.elements() != image.length) {
            return Optional.empty(); // a border that the source pads by an operator of its own
        }
        float[] multipliers = layer.multipliers();
        Weights numbers = new Weights(
                layer.isDepthwise(),
                layer.weights(),
                layer.weightZero(),
                layer.input().zeroPoint(),
                layer.biases(),
                multipliers);
        return Optional.of(
                LayerArithmetic.layer(in, image, out, window, numbers, output(layer.output(), layer.activation())));
    }

    private Optional<Operator> reading(List<GraphTensor> tensors, List<String> names) {
        List<Integer> wanted = tensors.stream().map(known::get).sorted().toList();
        return unused.stream()
                .filter(operator -> names.contains(operator.name()))
                .filter(operator -> operator.inputs().subList(0, tensors.size()).stream()
                        .map(source::origin)
                        .sorted()
                        .toList()
                        .equals(wanted))
                .findFirst();
    }

    private Optional<int[]> add(GraphOperator.Add add) {
        if (!known.keySet().containsAll(add.inputs())) {
            return Optional.empty();
        }
        Operator operator = reading(add.inputs(), List.of("ADD")).orElse(null);
        if (operator == null) {
            return Optional.empty();
        }
        unused.remove(operator);
        known.put(add.output(), operator.outputs().get(0));
        Quantized first = source.quantized(known.get(add.inputs().get(0)));
        Quantized second = source.quantized(known.get(add.inputs().get(1)));
        Quantized out = source.quantized(operator.outputs().get(0));
        Sum sum = Sum.of(
                add.output().shape().channels(),
                0,
                new Sum.Operand(first.scale(), first.zeroPoint()),
                new Sum.Operand(second.scale(), second.zeroPoint()),
                new Sum.Operand(out.scale(), out.zeroPoint()),
                Activation.NONE);
        return image(add.inputs().get(0))
                .flatMap(a -> image(add.inputs().get(1))
                        .map(b -> LayerArithmetic.add(
                                a,
                                sum.olderWeight(),
                                b,
                                sum.weight(),
                                sum.constant(),
                                sum.multiplier(),
                                output(out, SourceGraph.activation(operator)))));
    }

    private Optional<int[]> pool(GraphOperator.Pool pool) {
        if (!known.containsKey(pool.inputs().get(0))) {
            return Optional.empty();
        }
        Operator operator = reading(pool.inputs(), List.of("AVERAGE_POOL_2D", "MEAN", "MAX_POOL_2D"))
                .orElse(null);
        if (operator == null) {
            return Optional.empty();
        }
        unused.remove(operator);
        known.put(pool.output(), operator.outputs().get(0));
        Shape in = shape(operator.inputs().get(0));
        Shape out = pool.output().shape();
        Window window = Window.whole(in);
        if (operator.options() instanceof OperatorOptions.Pool o) {
            window = new Window(o.height(), o.width(), o.strideY(), o.strideX(), 1, 1, 0, 0);
        }
        Window seen = window;
        Optional<int[]> image = image(pool.inputs().get(0));
        if (operator.name().equals("MAX_POOL_2D")) {
            return image.map(values -> LayerArithmetic.maximum(in, values, out, seen));
        }
        Quantized from = source.quantized(operator.inputs().get(0));
        Quantized to = source.quantized(operator.outputs().get(0));
        float multiplier = from.scale() * (1f / (seen.height() * seen.width())) * to.inverse();
        return image.map(values -> LayerArithmetic.average(
                in, values, out, seen, from.zeroPoint(), multiplier, output(to, SourceGraph.activation(operator))));
    }
}
