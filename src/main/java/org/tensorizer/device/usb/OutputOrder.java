package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Layer.IndexRange;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.Layer.OutputSlice;

/**
 * Where each byte of an output tensor stands among the bytes that the chip sends, which come tile by tile and padded.
 * Published in libedgetpu's sources.
 */
final class OutputOrder {
    private final int tensorBytes;

    /** Runs of bytes that stay together: source, target, length. */
    private int[] runs = new int[3 * 16];

    private int end;

    private OutputOrder(int tensorBytes) {
        this.tensorBytes = tensorBytes;
    }

    /**
     * The order of an output.
     *
     * @throws BadInputException the layout is missing, or reaches beyond the bytes that come
     */
    static OutputOrder of(String model, Layer layer) {
        OutputOrder order = new OutputOrder(Math.toIntExact(layer.unpaddedBytes()));
        try {
            if (!layer.slices().isEmpty()) {
                order.sliced(layer);
            } else if (layer.y() == 1 && layer.x() == 1) {
                order.add(0, 0, order.tensorBytes);
            } else {
                order.tiled(layer, layer.layout().orElseThrow(() -> new BadInputException("no layout")));
            }
            order.requireInside(layer.sizeBytes());
        } catch (BadInputException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new BadInputException(
                    model + ": layout of output " + Printable.name(layer.name()) + " [" + layer.y() + "][" + layer.x()
                            + "][" + layer.z() + "]: " + e.getMessage(),
                    e);
        }
        return order;
    }

    private void tiled(Layer layer, OutputLayout layout) {
        int bytes = layer.type().bytes();
        int length = Math.multiplyExact(layer.z(), bytes);
        for (int y = 0; y < layer.y(); y++) {
            for (int x = 0; x < layer.x(); x++) {
                int tile =
                        Math.addExact(layout.yToTile().get(y), layout.xToTile().get(x));
                int row = Math.multiplyExact(
                        layout.yToLocalY().get(y), layout.xToRowSize().get(x));
                int element = Math.addExact(
                        Math.addExact(layout.tileByteOffset().get(tile), row),
                        layout.xToByteOffset().get(x));
                add(Math.multiplyExact(element, bytes), (y * layer.x() + x) * length, length);
            }
        }
    }

    private void sliced(Layer layer) {
        int bytes = layer.type().bytes();
        int[] sizes = new int[layer.shape().size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = layer.shape().get(i).last() - layer.shape().get(i).first() + 1;
        }
        for (OutputSlice slice : layer.slices()) {
            if (slice.shape().size() != sizes.length || slice.stride().size() != sizes.length) {
                throw new BadInputException("a slice of " + slice.shape().size() + " dimensions with "
                        + slice.stride().size() + " strides, expected " + sizes.length);
            }
            slice(slice, sizes, 0, slice.offset() / bytes, 0, bytes);
        }
    }

    private void slice(OutputSlice slice, int[] sizes, int dimension, int source, int target, int bytes) {
        if (dimension == sizes.length) {
            add(Math.multiplyExact(source, bytes), Math.multiplyExact(target, bytes), bytes);
            return;
        }
        IndexRange range = slice.shape().get(dimension);
        for (int i = range.first(); i <= range.last(); i++) {
            slice(
                    slice,
                    sizes,
                    dimension + 1,
                    Math.addExact(
                            source,
                            Math.multiplyExact(i - range.first(), slice.stride().get(dimension))),
                    Math.addExact(Math.multiplyExact(target, sizes[dimension]), i),
                    bytes);
        }
    }

    private void add(int source, int target, int length) {
        int last = end - 3;
        if (end > 0 && runs[last] + runs[last + 2] == source && runs[last + 1] + runs[last + 2] == target) {
            runs[last + 2] += length;
            return;
        }
        if (end == runs.length) {
            runs = Arrays.copyOf(runs, 2 * runs.length);
        }
        runs[end] = source;
        runs[end + 1] = target;
        runs[end + 2] = length;
        end += 3;
    }

    private void requireInside(int padded) {
        long covered = 0;
        for (int i = 0; i < end; i += 3) {
            if (runs[i] < 0 || runs[i] > padded - runs[i + 2]) {
                throw new BadInputException(
                        "bytes " + runs[i] + " to " + ((long) runs[i] + runs[i + 2]) + " of an output of " + padded);
            }
            if (runs[i + 1] < 0 || runs[i + 1] > tensorBytes - runs[i + 2]) {
                throw new BadInputException("byte " + runs[i + 1] + " of a tensor of " + tensorBytes);
            }
            covered += runs[i + 2];
        }
        if (covered != tensorBytes) {
            throw new BadInputException("speaks of " + covered + " bytes of a tensor of " + tensorBytes);
        }
    }

    /** Bytes of the tensor. */
    int tensorBytes() {
        return tensorBytes;
    }

    /** Puts the tensor together, from the target's position on, which moves behind it. */
    void copy(ByteBuffer padded, ByteBuffer target) {
        int start = target.position();
        for (int i = 0; i < end; i += 3) {
            target.put(start + runs[i + 1], padded, runs[i], runs[i + 2]);
        }
        target.position(start + tensorBytes);
    }
}
