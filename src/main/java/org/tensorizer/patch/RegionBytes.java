package org.tensorizer.patch;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.layout.DenseLayout;

/** Finds the bytes of a region in a payload. */
final class RegionBytes {
    private final int size;
    private final Optional<DenseLayout> layout;

    /**
     * @param size bytes of the payload
     * @param layout of the payload, if known
     */
    RegionBytes(int size, Optional<DenseLayout> layout) {
        this.size = size;
        this.layout = layout;
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
        DenseLayout dense = require(region);
        if (region instanceof Region.Cell cell) {
            int offset = dense.offset(cell.out(), cell.in());
            return ByteRuns.of(offset, offset + 1);
        } else if (region instanceof Region.Row row) {
            return row(dense, row.out());
        } else if (region instanceof Region.Column column) {
            return column(dense, column.in());
        }
        return region instanceof Region.Header ? header(dense) : weights(dense);
    }

    /** @throws BadInputException the layout is not known */
    DenseLayout require(Object wanting) {
        return layout.orElseThrow(() -> new BadInputException(wanting
                + " needs the layout of a Dense layer, which this model is not known to have; the whole payload and"
                + " byte ranges can be patched without"));
    }

    private static ByteRuns row(DenseLayout layout, int out) {
        ByteRuns runs = new ByteRuns();
        int inputs = layout.shape().inputs();
        for (int in = 0; in < inputs; in += DenseShape.INPUTS_PER_ROW) {
            int offset = layout.offset(out, in);
            runs.add(offset, offset + Math.min(DenseShape.INPUTS_PER_ROW, inputs - in));
        }
        return runs;
    }

    private static ByteRuns column(DenseLayout layout, int in) {
        ByteRuns runs = new ByteRuns();
        for (int out = 0; out < layout.shape().outputs(); out++) {
            int offset = layout.offset(out, in);
            runs.add(offset, offset + 1);
        }
        return runs;
    }

    private static ByteRuns header(DenseLayout layout) {
        if (layout.headerBytes() == 0) {
            throw new BadInputException("header: the payload of " + layout.shape() + " has none");
        }
        ByteRuns runs = new ByteRuns();
        for (int group = 0; group < layout.groups(); group++) {
            int start = group * layout.groupBytes();
            runs.add(start, start + layout.headerBytes());
        }
        return runs;
    }

    private static ByteRuns weights(DenseLayout layout) {
        ByteRuns runs = new ByteRuns();
        int inputs = layout.shape().inputs();
        int outputs = layout.shape().outputs();
        for (int first = 0; first < outputs; first += DenseShape.GROUP) {
            int end = Math.min(outputs, first + DenseShape.GROUP);
            for (int in = 0; in < inputs; in += DenseShape.INPUTS_PER_ROW) {
                int width = Math.min(DenseShape.INPUTS_PER_ROW, inputs - in);
                for (int out = first; out < end; out++) {
                    int offset = layout.offset(out, in);
                    runs.add(offset, offset + width);
                }
            }
        }
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
