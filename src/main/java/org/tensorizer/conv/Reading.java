package org.tensorizer.conv;

/**
 * What a step reads along one direction of an image: for each of the four parts its first and last pixel, and how many
 * pixels of the neighbours that takes.
 */
final class Reading {
    private final int outputs;
    private final int[] before = new int[Axis.PARTS];
    private final int[] after = new int[Axis.PARTS];
    private final int[] skip = new int[Axis.PARTS];
    private final int[] span = new int[Axis.PARTS];

    private Reading(int outputs) {
        this.outputs = outputs;
    }

    /** @throws DoesNotFitException the outputs cannot be split over the tiles, or need more than the neighbouring tile */
    static Reading of(int pixels, Reach reach) {
        DoesNotFitException.require(
                !(reach instanceof Window window) || pixels >= window.kernel() || !window.valid(),
                "%d pixels for %s",
                pixels,
                reach);
        Reading reading = new Reading(reach.outputs(pixels));
        int[] start = Axis.starts(pixels);
        int[] out = Axis.starts(reading.outputs);
        for (int i = 0; i < Axis.PARTS; i++) {
            DoesNotFitException.require(
                    start[i + 1] > start[i] && out[i + 1] > out[i],
                    "%d pixels in and %d out along an axis, at least 4 are needed to split them over 4 tiles",
                    pixels,
                    reading.outputs);
            int first = reach.first(pixels, out[i]);
            int last = reach.last(pixels, out[i + 1] - 1);
            reading.before[i] = Math.max(0, start[i] - first);
            reading.after[i] = Math.max(0, last - start[i + 1] + 1);
            reading.skip[i] = first - start[i];
            reading.span[i] = last - first + 1;
        }
        for (int i = 0; i + 1 < Axis.PARTS; i++) {
            int mine = start[i + 1] - start[i];
            int next = start[i + 2] - start[i + 1];
            DoesNotFitException.require(
                    reading.after[i] <= next && reading.before[i + 1] <= mine,
                    "%s reaches beyond the neighbouring tile, which keeps %d of %d pixels",
                    reach,
                    Math.min(mine, next),
                    pixels);
        }
        return reading;
    }

    /** All pixels that the parts have, and the room around them. */
    static Reading all(Axis axis) {
        Reading reading = new Reading(0);
        for (int i = 0; i < Axis.PARTS; i++) {
            reading.before[i] = axis.before(i);
            reading.after[i] = axis.after(i);
            reading.skip[i] = -axis.before(i);
            reading.span[i] = axis.before(i) + axis.size(i) + axis.after(i);
        }
        return reading;
    }

    /** Pixels of the result along this direction. */
    int outputs() {
        return outputs;
    }

    /** Pixels in front of the part that are read. */
    int before(int part) {
        return before[part];
    }

    /** Pixels behind the part that are read. */
    int after(int part) {
        return after[part];
    }

    /** First pixel that is read, counted from the start of the part; negative in front of it. */
    int skip(int part) {
        return skip[part];
    }

    /** Pixels that are read. */
    int span(int part) {
        return span[part];
    }
}
