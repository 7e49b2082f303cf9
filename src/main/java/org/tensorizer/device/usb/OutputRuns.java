package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Layer.IndexRange;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.Layer.OutputSlice;

/**
 * Where each byte of an output tensor stands among the bytes that the chip sends, which come tile by tile and padded.
 * Published in libedgetpu's sources. The emulator has an order of its own for what it sends, as a check: answers through
 * the driver are held against those without it.
 */
final class OutputRuns {
    private final int tensorBytes;

    /** Bytes that stay together. */
    private record Run(int source, int target, int length) {}

    private final List<Run> runs = new ArrayList<>();

    private OutputRuns(int tensorBytes) {
        this.tensorBytes = tensorBytes;
    }

    /**
     * The order of an output.
     *
     * @throws BadInputException the layout is missing, or reaches beyond the bytes that come
     */
    static OutputRuns of(String model, Layer layer) {
        OutputRuns order = new OutputRuns(Math.toIntExact(layer.unpaddedBytes()));
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
        Run last = runs.isEmpty() ? new Run(0, 0, 0) : runs.get(runs.size() - 1);
        if (!runs.isEmpty() && last.source + last.length == source && last.target + last.length == target) {
            runs.set(runs.size() - 1, new Run(last.source, last.target, last.length + length));
        } else {
            runs.add(new Run(source, target, length));
        }
    }

    private void requireInside(int padded) {
        long covered = 0;
        for (Run run : runs) {
            if (run.source < 0 || run.source > padded - run.length) {
                throw new BadInputException("bytes " + run.source + " to " + ((long) run.source + run.length)
                        + " of an output of " + padded);
            }
            if (run.target < 0 || run.target > tensorBytes - run.length) {
                throw new BadInputException("byte " + run.target + " of a tensor of " + tensorBytes);
            }
            covered += run.length;
        }
        if (covered != tensorBytes) {
            throw new BadInputException("speaks of " + covered + " bytes of a tensor of " + tensorBytes);
        }
    }

    /** Puts the tensor together, from the target's position on, which moves behind it. */
    void copy(ByteBuffer padded, ByteBuffer target) {
        int start = target.position();
        for (Run run : runs) {
            target.put(start + run.target, padded, run.source, run.length);
        }
        target.position(start + tensorBytes);
    }
}
