package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * One direction of an image: which pixels each of the four tile rows (or columns) keeps, and how many pixels of its
 * neighbours it has room for, which is the most that any step needs that reads the image. Parts of a strip may overlap.
 *
 * <p>Part i has the pixels {@code ceil(i n / 4)} to {@code ceil((i + 1) n / 4) - 1}, of the image and of the next layer's
 * outputs alike. Source: derived, equal in every compiled convolution that was compared; a border for several readers is
 * ours.
 *
 * @param start first pixel of each part
 * @param size pixels of each part
 * @param before room in front of each part
 * @param after room behind each part
 */
record Axis(int[] start, int[] size, int[] before, int[] after) {
    /**
     * @param readers all that needs room for a border
     * @throws DoesNotFitException there are fewer pixels than parts, or a reader reaches too far
     */
    static Axis of(int pixels, List<Reach> readers) {
        DoesNotFitException.require(
                pixels >= Chip.GRID,
                "%d pixels along an axis, at least 4 are needed to split them over 4 tiles",
                pixels);
        int[] start = starts(pixels);
        Axis axis = new Axis(start, sizes(start), new int[Chip.GRID], new int[Chip.GRID]);
        for (Reach reach : readers) {
            Reading reading = Reading.of(pixels, reach);
            for (int i = 0; i < Chip.GRID; i++) {
                axis.before[i] = Math.max(axis.before[i], reading.before(i));
                axis.after[i] = Math.max(axis.after[i], reading.after(i));
            }
        }
        return axis;
    }

    /** One pixel, which every tile has. */
    static Axis everywhere() {
        int[] none = new int[Chip.GRID];
        int[] one = none.clone();
        Arrays.fill(one, 1);
        return new Axis(none, one, none, none);
    }

    /** First pixel of each part, and how many pixels there are. */
    static int[] starts(int pixels) {
        int[] start = new int[Chip.GRID + 1];
        Arrays.setAll(start, i -> ceilDiv((long) i * pixels, Chip.GRID));
        return start;
    }

    static int[] sizes(int[] starts) {
        int[] size = new int[Chip.GRID];
        Arrays.setAll(size, i -> starts[i + 1] - starts[i]);
        return size;
    }

    /** Pixels for which a part has room. */
    int room(int part) {
        return before[part] + size[part] + after[part];
    }

    int largest() {
        return Arrays.stream(size).max().orElseThrow();
    }

    /** The part that keeps a pixel. */
    int partOf(int pixel) {
        int part = Chip.GRID - 1;
        while (pixel < start[part]) {
            part--;
        }
        return part;
    }

    /**
     * What a step reads along one direction of an image.
     *
     * @param size pixels of each of the four parts
     * @param skip first pixel that is read of each part, counted from its start; negative in front of it
     * @param span pixels that are read of each part and its neighbours
     */
    record Reading(int[] size, int[] skip, int[] span) {
        /** @throws DoesNotFitException the outputs cannot be split over the tiles, or need more than the neighbouring tile */
        static Reading of(int pixels, Reach reach) {
            DoesNotFitException.require(
                    !(reach instanceof Window window) || pixels >= window.kernel() || !window.valid(),
                    "%d pixels for %s",
                    pixels,
                    reach);
            int outputs = reach.outputs(pixels);
            DoesNotFitException.require(
                    pixels >= Chip.GRID && outputs >= Chip.GRID,
                    "%d pixels in and %d out along an axis, at least 4 are needed to split them over 4 tiles",
                    pixels,
                    outputs);
            int[] start = starts(pixels);
            int[] out = starts(outputs);
            Reading reading = new Reading(sizes(start), new int[Chip.GRID], new int[Chip.GRID]);
            for (int i = 0; i < Chip.GRID; i++) {
                int first = reach.first(pixels, out[i]);
                reading.skip[i] = first - start[i];
                reading.span[i] = reach.last(pixels, out[i + 1] - 1) - first + 1;
            }
            for (int i = 0; i + 1 < Chip.GRID; i++) {
                int mine = reading.size[i];
                int next = reading.size[i + 1];
                DoesNotFitException.require(
                        reading.after(i) <= next && reading.before(i + 1) <= mine,
                        "%s reaches beyond the neighbouring tile, which keeps %d of %d pixels",
                        reach,
                        Math.min(mine, next),
                        pixels);
            }
            return reading;
        }

        /** All pixels that the parts have, and the room around them. */
        static Reading all(Axis axis) {
            int[] skip = Arrays.stream(axis.before()).map(before -> -before).toArray();
            int[] span = new int[Chip.GRID];
            Arrays.setAll(span, axis::room);
            return new Reading(axis.size(), skip, span);
        }

        /** Pixels in front of the part that are read. */
        int before(int part) {
            return Math.max(0, -skip[part]);
        }

        /** Pixels behind the part that are read. */
        int after(int part) {
            return Math.max(0, skip[part] + span[part] - size[part]);
        }
    }
}
