package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.Arrays;
import java.util.List;

/**
 * One direction of an image: which pixels each of the four tile rows (or columns) keeps, and how many pixels of its
 * neighbours it has room for, which is the most that any step needs that reads the image.
 *
 * <p>Part i has the pixels {@code ceil(i n / 4)} to {@code ceil((i + 1) n / 4) - 1}, of the image and of the next layer's
 * outputs alike. Source: derived, equal in every compiled convolution that was compared; a border for several readers is
 * ours.
 */
final class Axis {
    static final int PARTS = 4;

    private final int[] start;
    private final int[] size = new int[PARTS];
    private final int[] before = new int[PARTS];
    private final int[] after = new int[PARTS];

    private Axis(int[] start) {
        this.start = start;
    }

    /**
     * @param readers all that needs room for a border
     * @throws DoesNotFitException there are fewer pixels than parts, or a reader reaches too far
     */
    static Axis of(int pixels, List<Reach> readers) {
        Axis axis = new Axis(starts(pixels));
        for (int i = 0; i < PARTS; i++) {
            axis.size[i] = axis.start[i + 1] - axis.start[i];
            DoesNotFitException.require(
                    axis.size[i] > 0,
                    "%d pixels along an axis, at least 4 are needed to split them over 4 tiles",
                    pixels);
        }
        for (Reach reach : readers) {
            Reading reading = Reading.of(pixels, reach);
            for (int i = 0; i < PARTS; i++) {
                axis.before[i] = Math.max(axis.before[i], reading.before(i));
                axis.after[i] = Math.max(axis.after[i], reading.after(i));
            }
        }
        return axis;
    }

    /** Any pixels for each part, which may overlap, and room around them. */
    static Axis of(int[] start, int[] size, int[] before, int[] after) {
        Axis axis = new Axis(start);
        System.arraycopy(size, 0, axis.size, 0, PARTS);
        System.arraycopy(before, 0, axis.before, 0, PARTS);
        System.arraycopy(after, 0, axis.after, 0, PARTS);
        return axis;
    }

    /** One pixel, which every tile has. */
    static Axis everywhere() {
        Axis axis = new Axis(new int[PARTS + 1]);
        Arrays.fill(axis.size, 1);
        return axis;
    }

    /** First pixel of each part, and how many there are. */
    static int[] starts(int pixels) {
        int[] start = new int[PARTS + 1];
        for (int i = 0; i <= PARTS; i++) {
            start[i] = ceilDiv((long) i * pixels, PARTS);
        }
        return start;
    }

    /** First pixel of a part. */
    int start(int part) {
        return start[part];
    }

    /** Pixels of a part. */
    int size(int part) {
        return size[part];
    }

    /** Room in front of the part. */
    int before(int part) {
        return before[part];
    }

    /** Room behind the part. */
    int after(int part) {
        return after[part];
    }

    int largest() {
        return Math.max(Math.max(size[0], size[1]), Math.max(size[2], size[3]));
    }

    /** The part that keeps a pixel. */
    int partOf(int pixel) {
        int part = PARTS - 1;
        while (pixel < start[part]) {
            part--;
        }
        return part;
    }
}
