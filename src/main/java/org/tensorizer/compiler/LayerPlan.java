package org.tensorizer.compiler;

import static org.tensorizer.conv.Arithmetic.ceilDiv;
import static org.tensorizer.conv.Arithmetic.roundUp;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPlan;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.PlacedImage;
import org.tensorizer.conv.TileMemory.Range;
import org.tensorizer.conv.Window;
import org.tensorizer.isa.Chip;

/**
 * Where a fully connected layer takes its inputs and puts its outputs. In place: 64 outputs on each tile, the weights wait
 * there. Streamed: a 1x1 convolution of one pixel that every tile computes alike, its weights broadcast.
 *
 * @param inputWords words of the input, 4 inputs each, complete on every tile that computes
 * @param pixelChannels inputs that arrive together in whole words
 * @param gathered the inputs
 * @param result the outputs; of the tile alone where in place
 * @param row first row of wide memory where in place: header rows, then weights
 * @param stream plan of the convolution where streamed
 */
record LayerPlan(
        Head.Layer layer,
        int inputWords,
        int pixelChannels,
        Range gathered,
        Range result,
        int row,
        Optional<ConvolutionPlan> stream) {
    static final int TILE_WORDS = Chip.LANES / 4;

    static Convolution convolution(Head.Layer layer) {
        return new Convolution(
                layer.outputs(), Window.POINT, false, layer.format(), layer.activation(), layer.quantization());
    }

    boolean isStreamed() {
        return stream.isPresent();
    }

    int outputWords() {
        return ceilDiv(layer.outputs(), 4);
    }

    /** Tiles that have outputs. */
    int tiles() {
        return ceilDiv(outputWords(), TILE_WORDS);
    }

    /** Words of outputs of a tile, 0 if none. */
    int words(int tile) {
        return Math.max(0, Math.min(TILE_WORDS, outputWords() - TILE_WORDS * tile));
    }

    /** Words of outputs of each tile that has any. */
    List<Integer> words() {
        return IntStream.range(0, tiles()).mapToObj(this::words).toList();
    }

    /** The tiles that compute. */
    int mask() {
        return isStreamed() ? Chip.ALL_TILES : (1 << tiles()) - 1;
    }

    /** First row of the weights where in place. */
    int weightsRow() {
        return row + layer.format().headerRows();
    }

    PlacedImage streamedInput() {
        return new PlacedImage(Image.vector(4 * inputWords), gathered.base());
    }

    PlacedImage streamedResult() {
        return new PlacedImage(Image.vector(4 * outputWords()), result.base());
    }

    /** Inputs with the channels that fill the last word of a pixel up. */
    int paddedInputs() {
        return 4 * inputWords;
    }

    /** Where an input stands among {@link #paddedInputs()}. */
    int padded(int input) {
        int padded = roundUp(pixelChannels, 4);
        return input / pixelChannels * padded + input % pixelChannels;
    }
}
