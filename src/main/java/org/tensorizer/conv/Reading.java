package org.tensorizer.conv;

import java.util.Arrays;
import org.tensorizer.isa.Chip;

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
        int[] start = Axis.starts(pixels);
        int[] out = Axis.starts(outputs);
        Reading reading = new Reading(Axis.sizes(start), new int[Chip.GRID], new int[Chip.GRID]);
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
