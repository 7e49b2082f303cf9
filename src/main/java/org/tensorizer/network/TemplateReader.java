package org.tensorizer.network;

import org.tensorizer.base.BadInputException;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.template.ConvolutionTemplate;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import org.tensorizer.template.KernelWindow;
import org.tensorizer.template.LayerTemplate;

/** Takes a compiled model of one layer as a template, whatever the kind of the layer. */
public final class TemplateReader {
    private TemplateReader() {}

    /**
     * The layer of a model.
     *
     * @throws BadInputException the model is not compiled, or it has not one layer alone
     */
    public static LayerTemplate of(TfliteModel model) {
        try {
            return DenseTemplate.of(model);
        } catch (NotDenseException notDense) {
            if (!model.isCompiled()) {
                throw notDense;
            }
            return convolution(Network.of(model));
        }
    }

    private static LayerTemplate convolution(Network network) {
        String name = network.model().name();
        if (network.layers().size() != 1 || network.graph().operators().size() != 1) {
            throw new BadInputException(name + ": no template: expected one layer and nothing else, found "
                    + network.layers().size() + " layers among "
                    + network.graph().operators().size() + " operators");
        }
        if (network.model().operators().size() != 1) {
            throw new BadInputException(name + ": no template: expected the compiled operator alone, found "
                    + network.model().operators().size() + " operators");
        }
        LayerOperator layer = network.layer(0);
        Tensor input = network.inputs().get(0).tensor();
        Tensor output = network.outputs().get(0).tensor();
        OpFields fields = layer.fields();
        return new ConvolutionTemplate(
                network.target(layer),
                window(layer),
                input.domain(),
                output.domain(),
                new ConvolutionTemplate.Arithmetic(
                        fields.multiplierValue(), fields.weightZero(), fields.clampMinValue(), fields.clampMaxValue()),
                layer.kind() == LayerOperator.Kind.DEPTHWISE_CONV_2D);
    }

    private static KernelWindow window(LayerOperator layer) {
        GraphTensor.Shape in = layer.inputs().get(0).shape();
        GraphTensor.Shape out = layer.output().shape();
        LayerOperator.Geometry g = layer.geometry();
        int height = layer.layout().height();
        int width = layer.layout().width();
        return new KernelWindow(
                in.height(),
                in.width(),
                in.channels(),
                out.height(),
                out.width(),
                out.channels(),
                height,
                width,
                KernelWindow.Step.of(g.strideY(), g.dilationY(), g.same(), in.height(), out.height(), height),
                KernelWindow.Step.of(g.strideX(), g.dilationX(), g.same(), in.width(), out.width(), width));
    }
}
