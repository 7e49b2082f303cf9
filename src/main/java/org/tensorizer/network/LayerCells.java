package org.tensorizer.network;

import org.tensorizer.base.BadInputException;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.patch.BytePattern;

/**
 * Some weights of a layer: output channels and input channels in ranges, all taps of the kernel or one.
 *
 * @param firstOutput first output channel
 * @param endOutput one past the last
 * @param tapY row of the kernel, -1 for all
 * @param tapX column of the kernel, -1 for all
 * @param firstInput first input channel
 * @param endInput one past the last
 */
public record LayerCells(int firstOutput, int endOutput, int tapY, int tapX, int firstInput, int endInput) {
    /** All weights. */
    public static LayerCells all(LayerOperator layer) {
        return new LayerCells(
                0, layer.layout().outputs(), -1, -1, 0, layer.layout().inputs());
    }

    /** Only these output channels. */
    public LayerCells outputs(int first, int end) {
        return new LayerCells(first, end, tapY, tapX, firstInput, endInput);
    }

    /** Only this tap of the kernel. */
    public LayerCells tap(int y, int x) {
        return new LayerCells(firstOutput, endOutput, y, x, firstInput, endInput);
    }

    /** Only these input channels. */
    public LayerCells inputs(int first, int end) {
        return new LayerCells(firstOutput, endOutput, tapY, tapX, first, end);
    }

    /**
     * Writes a pattern to these weights, in the order W[out][ky][kx][in], as chip bytes.
     *
     * @return how many they are
     * @throws BadInputException the layer has no such weights
     */
    public int write(NetworkWriter writer, LayerOperator layer, BytePattern pattern) {
        PayloadLayout layout = layer.layout();
        boolean inside = firstOutput >= 0
                && firstOutput < endOutput
                && endOutput <= layout.outputs()
                && firstInput >= 0
                && firstInput < endInput
                && endInput <= layout.inputs()
                && tapY < layout.height()
                && tapX < layout.width();
        if (!inside) {
            throw new BadInputException("outputs " + firstOutput + ":" + endOutput + ", tap " + tapY + "," + tapX
                    + ", inputs " + firstInput + ":" + endInput + " of " + layer + ", which has " + layout.outputs()
                    + " outputs, " + layout.height() + "x" + layout.width() + " taps, " + layout.inputs() + " inputs");
        }
        int height = tapY < 0 ? layout.height() : 1;
        int width = tapX < 0 ? layout.width() : 1;
        int[] offsets = new int[(endOutput - firstOutput) * height * width * (endInput - firstInput)];
        int n = 0;
        for (int o = firstOutput; o < endOutput; o++) {
            for (int y = Math.max(0, tapY); y < Math.max(0, tapY) + height; y++) {
                for (int x = Math.max(0, tapX); x < Math.max(0, tapX) + width; x++) {
                    for (int i = firstInput; i < endInput; i++) {
                        offsets[n++] = writer.weightOffset(layer, o, y, x, i);
                    }
                }
            }
        }
        byte[] cells = new byte[n];
        for (int k = 0; k < n; k++) {
            cells[k] = writer.bytes()[offsets[k]];
        }
        pattern.apply(cells);
        for (int k = 0; k < n; k++) {
            writer.bytes()[offsets[k]] = cells[k];
        }
        return n;
    }
}
