package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * The first convolutions of a chain, computed in strips because their images are too large for narrow memory. A strip is
 * some rows of every tile's part of the last of these images, and of the images before it all rows that they need: rows of
 * tiles fetch their own from the host and exchange none, so rows at the borders of strips are computed more than once.
 * Columns travel as ever. What comes out stands where the whole image has it.
 *
 * <p>Extrapolated: compiled programs cut images into strips too, but move their rows over the mesh. Immutable.
 *
 * @param images of each strip: what it has of each image; of the last one the rows that it makes
 */
record Strips(List<List<Image>> images) {
    /**
     * @param steps how many convolutions, in order, each the only reader of the image before it
     * @param images the whole images, from the input on
     * @param count strips
     * @throws DoesNotFitException a part has fewer rows than there are strips
     */
    static Strips of(List<Convolution> steps, List<Image> images, int count) {
        List<List<Image>> strips = new ArrayList<>();
        for (int strip = 0; strip < count; strip++) {
            strips.add(strip(steps, images, strip, count));
        }
        return new Strips(strips);
    }

    private static List<Image> strip(List<Convolution> steps, List<Image> images, int strip, int count) {
        Image result = images.get(steps.size());
        int[] start = new int[Chip.GRID];
        int[] size = new int[Chip.GRID];
        int[] before = new int[Chip.GRID];
        int[] after = new int[Chip.GRID];
        for (int part = 0; part < Chip.GRID; part++) {
            int tile = Chip.GRID * part;
            int rows = result.rows(tile);
            DoesNotFitException.require(rows >= count, "%d strips of %d rows", count, rows);
            int first = strip * rows / count;
            start[part] = result.firstRow(tile) + first;
            size[part] = (strip + 1) * rows / count - first;
            before[part] = result.y().before()[part] + first;
            after[part] = result.y().after()[part] + rows - first - size[part];
        }
        List<Image> found = new ArrayList<>();
        found.add(result.rowsOf(new Axis(start, size, before, after)));
        for (int step = steps.size() - 1; step >= 0; step--) {
            Image image = images.get(step);
            Window window = steps.get(step).window();
            int[] from = new int[Chip.GRID];
            int[] held = new int[Chip.GRID];
            int[] above = new int[Chip.GRID];
            int[] below = new int[Chip.GRID];
            for (int part = 0; part < Chip.GRID; part++) {
                int first = window.first(image.height(), start[part]);
                int end = window.last(image.height(), start[part] + size[part] - 1) + 1;
                from[part] = Math.max(0, first);
                held[part] = Math.min(image.height(), end) - from[part];
                above[part] = from[part] - first;
                below[part] = end - from[part] - held[part];
                DoesNotFitException.require(held[part] > 0, "a strip that reads the border alone");
            }
            start = from;
            size = held;
            found.add(0, image.strip(new Axis(from, held, above, below)));
        }
        return found;
    }

    int count() {
        return images.size();
    }

    /** How many steps are computed in strips. */
    int steps() {
        return images.get(0).size() - 1;
    }

    /** What a strip has of an image; of the last one the rows that it makes. */
    Image image(int strip, int number) {
        return images.get(strip).get(number);
    }

    /** Words of the largest part of an image, over all strips. */
    int words(int number) {
        return images.stream()
                .mapToInt(strip -> strip.get(number).words())
                .max()
                .orElseThrow();
    }

    /** Pixels of the largest part of an image, over all strips. */
    int mostPixels(int number) {
        return images.stream()
                .mapToInt(strip -> strip.get(number).mostPixels())
                .max()
                .orElseThrow();
    }
}
