package org.tensorizer.compiler;

import java.util.List;
import java.util.Optional;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.model.Operator;

/**
 * What one or several operators of the source become on the chip.
 *
 * @param operators in order
 * @param tensor of the source that is there behind them
 * @param part of the network
 */
record Element(List<Operator> operators, int tensor, Part part) {
    Element {
        operators = List.copyOf(operators);
    }

    /** A part of a network. */
    sealed interface Part {}

    /**
     * A step over images, a convolution with its numbers.
     *
     * @param source number of the image that it stands on
     */
    record ImageStep(ChainStep step, int source, Optional<ConvolutionPayload.Numbers> numbers) implements Part {}

    record MeanPart(Head.Mean mean) implements Part {}

    record LayerPart(Head.Layer layer) implements Part {}

    /** A function of the outputs of the fully connected layer before. */
    record FunctionPart(Elementwise element) implements Part {}

    /** @param passing what brings it its numbers where no fully connected layer stands in front */
    record SoftmaxPart(Optional<Head.Layer> passing, Head.Softmax softmax) implements Part {}

    /** Nothing: other dimensions alone. */
    record Renamed() implements Part {}
}
