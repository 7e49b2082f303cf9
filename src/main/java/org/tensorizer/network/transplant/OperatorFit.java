package org.tensorizer.network.transplant;

import java.util.List;
import java.util.Optional;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;

/**
 * What operators of a source can stand behind those of a compiled network, and why a layer of a source has not the shape,
 * or the numbers, that a layer of the network can take.
 */
final class OperatorFit {
    private OperatorFit() {}

    static boolean isPad(Operator operator) {
        return operator.name().equals("PAD") || operator.name().equals("PADV2");
    }

    /** Whether an operator may give the same values another scale or range. */
    static boolean rescales(Operator operator) {
        return switch (operator.name()) {
            case "QUANTIZE", "RELU", "RELU6", "RELU_N1_TO_1", "RESHAPE", "SQUEEZE", "PAD", "CONCATENATION" -> true;
            default -> false;
        };
    }

    /** Number of the input that an operator takes parts of; -1 if it takes none. */
    static int slicedOperand(Operator operator) {
        return switch (operator.name()) {
            case "SPLIT" -> 1;
            case "SLICE", "STRIDED_SLICE", "SPLIT_V", "UNPACK" -> 0;
            default -> -1;
        };
    }

    /** Whether windows are the same; a MEAN has one over the whole input. */
    static boolean isSamePool(GraphOperator.Pool compiled, Operator operator) {
        GraphOperator.Pool.Window window = compiled.window();
        if (operator.options() instanceof OperatorOptions.Pool options) {
            Shape input = compiled.inputs().get(0).shape();
            boolean single = compiled.output().shape().isFlat()
                    && window.height() == input.height()
                    && window.width() == input.width();
            return operator.name().equals(compiled.isMaximum() ? "MAX_POOL_2D" : "AVERAGE_POOL_2D")
                    && options.height() == window.height()
                    && options.width() == window.width()
                    && (single || options.strideY() == window.strideY() && options.strideX() == window.strideX());
        }
        return operator.name().equals("MEAN") && !compiled.isMaximum();
    }

    /** The operand of a sum, difference or product with a constant; -1 of anything else. */
    static int dataOperand(SourceGraph source, Operator operator) {
        boolean arithmetic = operator.name().equals("ADD")
                || operator.name().equals("SUB")
                || operator.name().equals("MUL");
        if (!arithmetic || operator.inputs().size() != 2) {
            return -1;
        }
        int a = operator.inputs().get(0);
        int b = operator.inputs().get(1);
        boolean first = source.tensor(a).data().isEmpty();
        boolean second = source.tensor(b).data().isEmpty();
        return first == second ? -1 : first ? a : b;
    }

    /** The first layer with weights in which a network and a source differ, or their numbers of such layers. */
    static Optional<String> firstDifference(List<LayerOperator> compiled, SourceGraph source) {
        List<SourceLayer> layers = source.model().operators().stream()
                .filter(source::isLayer)
                .map(source::layer)
                .toList();
        for (int i = 0; i < Math.min(compiled.size(), layers.size()); i++) {
            String difference = difference(compiled.get(i), layers.get(i));
            if (!difference.isEmpty()) {
                return Optional.of("the first layer that differs is layer " + i + ": " + compiled.get(i)
                        + " of the compiled network " + difference + " (operator "
                        + layers.get(i).operator().index() + ")");
            }
        }
        return compiled.size() == layers.size()
                ? Optional.empty()
                : Optional.of(layers.size() + " layers with weights, the compiled network has " + compiled.size());
    }

    /** Why kernels differ; empty if they are the same. */
    static String difference(LayerOperator compiled, SourceLayer layer) {
        PayloadLayout layout = compiled.layout();
        boolean oneInput = layer.isDepthwise() && compiled.kind() == LayerOperator.Kind.CONV_2D && layout.inputs() == 1;
        boolean sameKind = layer.isDepthwise() == (compiled.kind() == LayerOperator.Kind.DEPTHWISE_CONV_2D) || oneInput;
        boolean whole = layer.isDense()
                && layer.inputs() == layout.height() * layout.width() * layout.inputs()
                && layout.height() * layout.width() == 1;
        boolean sameKernel = layer.height() == layout.height()
                && layer.width() == layout.width()
                && layer.inputs() == layout.inputs();
        if (!sameKind || !(sameKernel || whole) || layer.outputs() != layout.outputs()) {
            return "is " + layer + " in the source";
        }
        return "";
    }

    /** Why the kernels lie on their inputs in another way; empty if they do not. */
    static String geometryDifference(LayerOperator compiled, SourceLayer layer, Optional<int[]> paddings) {
        if (layer.isDense()
                || compiled.output().shape().isFlat() && compiled.layout().height() == 1) {
            return "";
        }
        LayerOperator.Geometry here = compiled.geometry();
        OperatorOptions.Convolution there = layer.geometry();
        GraphTensor.Shape output = compiled.output().shape();
        boolean manyRows = output.height() > 1;
        boolean manyColumns = output.width() > 1;
        if (manyRows && here.strideY() != there.strideY() || manyColumns && here.strideX() != there.strideX()) {
            return "has stride " + here.strideY() + "x" + here.strideX() + ", the source " + there.strideY() + "x"
                    + there.strideX();
        }
        boolean tallKernel = compiled.layout().height() > 1;
        boolean wideKernel = compiled.layout().width() > 1;
        if (tallKernel && here.dilationY() != there.dilationY()
                || wideKernel && here.dilationX() != there.dilationX()) {
            return "has dilation " + here.dilationY() + "x" + here.dilationX() + ", the source " + there.dilationY()
                    + "x" + there.dilationX();
        }
        int[] mine = before(compiled);
        int[] theirs = before(compiled, there, paddings);
        if (mine[0] != theirs[0] || mine[1] != theirs[1]) {
            return "begins " + mine[0] + "x" + mine[1] + " in front of its input, in the source " + theirs[0] + "x"
                    + theirs[1];
        }
        return "";
    }

    private static int same(int size, int count, int stride, int kernel, int dilation) {
        return Math.max(0, (count - 1) * stride + (kernel - 1) * dilation + 1 - size) / 2;
    }

    /** Rows and columns in front of the unpadded input. */
    private static int[] before(LayerOperator compiled) {
        GraphTensor input = compiled.inputs().get(0);
        int[] before = new int[2];
        if (compiled.geometry().same()) {
            LayerOperator.Geometry g = compiled.geometry();
            GraphTensor.Shape output = compiled.output().shape();
            before[0] = same(
                    input.shape().height(),
                    output.height(),
                    g.strideY(),
                    compiled.layout().height(),
                    g.dilationY());
            before[1] = same(
                    input.shape().width(),
                    output.width(),
                    g.strideX(),
                    compiled.layout().width(),
                    g.dilationX());
        }
        if (input.producer().orElse(null) instanceof GraphOperator.Pad pad) {
            before[0] += pad.top();
            before[1] += pad.left();
        }
        return before;
    }

    private static int[] before(LayerOperator compiled, OperatorOptions.Convolution there, Optional<int[]> paddings) {
        int[] before = new int[2];
        int height = compiled.inputs().get(0).shape().height();
        int width = compiled.inputs().get(0).shape().width();
        if (compiled.inputs().get(0).producer().orElse(null) instanceof GraphOperator.Pad pad) {
            height -= pad.top() + pad.bottom();
            width -= pad.left() + pad.right();
        }
        if (paddings.isPresent() && paddings.get().length == 8) {
            int[] p = paddings.get();
            before[0] = p[2];
            before[1] = p[4];
            height += p[2] + p[3];
            width += p[4] + p[5];
        }
        if (there.padding() == OperatorOptions.Padding.SAME) {
            GraphTensor.Shape output = compiled.output().shape();
            before[0] += same(
                    height, output.height(), there.strideY(), compiled.layout().height(), there.dilationY());
            before[1] += same(
                    width, output.width(), there.strideX(), compiled.layout().width(), there.dilationX());
        }
        return before;
    }

    /**
     * Why the numbers of a layer cannot stand in the form that the program has for them, with the remedy; empty if they
     * can.
     */
    static String formDifference(LayerOperator compiled, SourceLayer layer) {
        Header header = compiled.layout().header();
        boolean perChannel = header.scales() || header.zeroPoints();
        if (perChannel != layer.isPerChannel()) {
            return layer.isPerChannel()
                    ? "has weight scales per channel, the compiled layer one for the tensor; convert the source with"
                            + " per-tensor weights, or compile it"
                    : "has one weight scale, the compiled layer one for each channel; convert the source with"
                            + " per-channel weights, or compile it";
        }
        if (!header.biases() && layer.hasBias()) {
            return "has a bias that is not zero, the compiled layer has no row for it (all biases were zero); keep the"
                    + " bias at zero, or compile the source";
        }
        if (perChannel && layer.weightZero() != Header.ZERO_POINT) {
            return "has weight zero point " + (layer.weightZero() - 128) + ", per-channel layers have 0";
        }
        if (header.zeroPoints() && !header.scales()) {
            float[] multipliers = layer.multipliers();
            for (float multiplier : multipliers) {
                if (multiplier != multipliers[0]) {
                    return "has different scales, the compiled layer one for all channels (they were equal); keep them"
                            + " equal, or compile the source";
                }
            }
        }
        return "";
    }
}
