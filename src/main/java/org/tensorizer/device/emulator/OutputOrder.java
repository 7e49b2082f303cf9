package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Layer.OutputLayout;

/**
 * From the bytes of an output as the tiles sent them to a tensor [y][x][z]: what the runtime does after an inference. The
 * driver for USB reads layouts by itself: a double entry, held by tests that run a network here and over the wire.
 */
final class OutputOrder {
    private OutputOrder() {}

    /**
     * @param device all bytes of the output, padding included
     * @return bytes y, x, z
     * @throws UnsupportedProgramException the layer has no layout, or it leads outside the output
     */
    static byte[] tensor(Layer layer, byte[] device) {
        int element = elementBytes(layer);
        int z = layer.z() * element;
        if (layer.y() == 1 && layer.x() == 1) {
            return Arrays.copyOf(device, z);
        }
        byte[] tensor = new byte[layer.y() * layer.x() * z];
        try {
            int to = 0;
            for (int from : pixels(layer)) {
                System.arraycopy(device, from, tensor, to, z);
                to += z;
            }
        } catch (IndexOutOfBoundsException e) {
            throw outside(layer, device.length, e);
        }
        return tensor;
    }

    /** Where each byte of the tensor stands among those that the device sends. Errors as {@link #tensor}. */
    static int[] offsets(Layer layer) {
        int z = layer.z() * elementBytes(layer);
        int[] pixels = layer.y() == 1 && layer.x() == 1 ? new int[1] : pixels(layer);
        int[] offsets = new int[pixels.length * z];
        Arrays.setAll(offsets, at -> pixels[at / z] + at % z);
        return offsets;
    }

    /** Where the bytes of each position begin, in the order y, x. */
    private static int[] pixels(Layer layer) {
        OutputLayout layout = layer.layout()
                .orElseThrow(() -> new UnsupportedProgramException("output " + Printable.name(layer.name()) + " of "
                        + layer.y() + " x " + layer.x() + " has no layout"));
        int[] pixels = new int[layer.y() * layer.x()];
        try {
            int at = 0;
            for (int y = 0; y < layer.y(); y++) {
                for (int x = 0; x < layer.x(); x++) {
                    int tile = layout.yToTile().get(y) + layout.xToTile().get(x);
                    pixels[at++] = layout.tileByteOffset().get(tile)
                            + layout.yToLocalY().get(y) * layout.xToRowSize().get(x)
                            + layout.xToByteOffset().get(x);
                }
            }
        } catch (IndexOutOfBoundsException e) {
            throw outside(layer, layer.sizeBytes(), e);
        }
        return pixels;
    }

    private static UnsupportedProgramException outside(Layer layer, int bytes, IndexOutOfBoundsException cause) {
        return new UnsupportedProgramException(
                "output " + Printable.name(layer.name()) + ": its layout leads outside " + bytes + " bytes", cause);
    }

    static int elementBytes(Layer layer) {
        return layer.type().bytes();
    }
}
