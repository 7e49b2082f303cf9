package org.tensorizer.patch;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Quantization;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.WeightCells;
import org.tensorizer.patch.MatrixPattern.KernelShape;

/** Finds the bytes of a region in a payload. */
final class RegionBytes {
    private final int size;
    private final Optional<PatchedLayer> layer;

    /**
     * @param size bytes of the payload
     * @param layer in the payload, if one is known
     */
    RegionBytes(int size, Optional<PatchedLayer> layer) {
        this.size = size;
        this.layer = layer;
    }

    /** @throws org.tensorizer.base.BadInputException the payload has no such region */
    ByteRuns of(Region region) {
        if (region instanceof Region.Payload) {
            return ByteRuns.of(0, size);
        } else if (region instanceof Region.Range range) {
            if (range.end() > size) {
                throw new BadInputException(range + ": the payload has bytes 0 to " + (size - 1));
            }
            return ByteRuns.of(range.start(), range.end());
        }
        PatchedLayer known = require(region);
        return region instanceof Region.Header ? header(known) : weights(known, region.cells(known));
    }

    /**
     * Writes the part of a pattern that lies in a region.
     *
     * @param at index of the payload's first byte
     * @throws BadInputException they do not fit each other or the layer
     */
    void write(Region region, MatrixPattern pattern, byte[] bytes, int at) {
        PatchedLayer known = require(pattern);
        WeightCells cells = region.cells(known);
        PayloadLayout layout = known.layout();
        MatrixPattern.Weights weights = pattern.of(KernelShape.of(known));
        int start = at + known.at();
        for (int out = cells.firstOutput(); out < cells.endOutput(); out++) {
            for (int tap = cells.firstTap(); tap < cells.endTap(); tap++) {
                for (int in = cells.firstInput(); in < cells.endInput(); in++) {
                    int offset = layout.offset(out, tap / layout.width(), tap % layout.width(), in);
                    bytes[start + offset] = (byte) (weights.at(out, tap, in) + Quantization.WEIGHT_ZERO_POINT);
                }
            }
        }
    }

    private PatchedLayer require(Object wanting) {
        return layer.orElseThrow(
                () -> new BadInputException(
                        wanting + " needs to know where the weights of a layer"
                                + " stand, which is not known of this payload; the whole payload and byte ranges can be patched without"));
    }

    private static ByteRuns header(PatchedLayer layer) {
        PayloadLayout layout = layer.layout();
        if (layout.headerBytes() == 0) {
            throw new BadInputException("header: the payload of " + layer.name() + " has none");
        }
        ByteRuns runs = new ByteRuns();
        for (int group = 0; group < layout.groups(); group++) {
            int start = layer.at() + group * layout.groupBytes();
            runs.add(start, start + layout.headerBytes());
        }
        return runs;
    }

    private static ByteRuns weights(PatchedLayer layer, WeightCells cells) {
        ByteRuns runs = new ByteRuns();
        layer.layout().visit(cells, (start, end) -> runs.add(layer.at() + start, layer.at() + end));
        return runs;
    }

    /** A set of payload offsets as runs in ascending order; runs that touch are one. */
    static final class ByteRuns {
        /** Start and end of one run after the other. */
        private int[] bounds = new int[2];

        private int used;

        static ByteRuns of(int start, int end) {
            ByteRuns runs = new ByteRuns();
            runs.add(start, end);
            return runs;
        }

        /** Adds bytes {@code start} to {@code end - 1}, which lie behind all that were added before. */
        void add(int start, int end) {
            if (used > 0 && bounds[used - 1] == start) {
                bounds[used - 1] = end;
                return;
            }
            if (used == bounds.length) {
                bounds = Arrays.copyOf(bounds, 2 * used);
            }
            bounds[used++] = start;
            bounds[used++] = end;
        }

        /** Bytes in all runs. */
        int size() {
            int size = 0;
            for (int i = 0; i < used; i += 2) {
                size += bounds[i + 1] - bounds[i];
            }
            return size;
        }

        /** The bytes, in ascending order of their offsets, of a payload that starts at an index of an array. */
        byte[] gather(byte[] array, int at) {
            byte[] bytes = new byte[size()];
            int to = 0;
            for (int i = 0; i < used; i += 2) {
                int length = bounds[i + 1] - bounds[i];
                System.arraycopy(array, at + bounds[i], bytes, to, length);
                to += length;
            }
            return bytes;
        }

        /** The reverse of {@link #gather}. */
        void scatter(byte[] bytes, byte[] array, int at) {
            int from = 0;
            for (int i = 0; i < used; i += 2) {
                int length = bounds[i + 1] - bounds[i];
                System.arraycopy(bytes, from, array, at + bounds[i], length);
                from += length;
            }
        }

        /** Sets the bits of the bytes, in a file in which the payload starts at a byte. */
        void mark(BitSet file, int at) {
            for (int i = 0; i < used; i += 2) {
                file.set(at + bounds[i], at + bounds[i + 1]);
            }
        }
    }
}
