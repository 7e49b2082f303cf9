package org.tensorizer.picture;

/**
 * Which colour a value gets.
 *
 * @param min value at the palette's first colour
 * @param max value at its last
 */
public record Scale(Palette palette, int min, int max) {
    /** From the smallest to the largest value of the grids. */
    public static Scale spanning(Grid... grids) {
        int min = Integer.MAX_VALUE;
        int max = Integer.MIN_VALUE;
        for (Grid grid : grids) {
            min = Math.min(min, grid.min());
            max = Math.max(max, grid.max());
        }
        return new Scale(Palette.SEQUENTIAL, min, max);
    }

    /** Around 0, white where the value is 0. */
    public static Scale around0(Grid grid) {
        int reach = Math.max(1, Math.max(Math.abs(grid.min()), Math.abs(grid.max())));
        return new Scale(Palette.DIVERGING, -reach, reach);
    }

    /** The values are class numbers. */
    public static Scale classes() {
        return new Scale(Palette.CLASSES, 0, 0);
    }

    int rgb(int value) {
        if (palette == Palette.CLASSES) {
            return palette.ofClass(value);
        }
        return palette.rgb(max == min ? 0.5 : (value - (double) min) / ((double) max - min));
    }

    String legend() {
        return palette == Palette.CLASSES ? "" : min + " to " + max;
    }
}
