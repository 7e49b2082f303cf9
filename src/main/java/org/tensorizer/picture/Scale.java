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

    /** Colours for the numbers 0 to 1, as 0xRRGGBB. Values outside are drawn as the nearer end. */
    public enum Palette {
        /** Dark blue over green to yellow: more is lighter, also in grey print and for colour-blind readers. */
        SEQUENTIAL(0x440154, 0x3b528b, 0x21918c, 0x5ec962, 0xfde725),
        /** Blue, white at one half, red: signed differences. */
        DIVERGING(0x1d4f9e, 0x8fb3dd, 0xffffff, 0xe79a86, 0xa8201a),
        /** Eight colours that stay apart, for classes: {@link #ofClass}. */
        CLASSES(0xd9d9d9, 0x3b6fb6, 0xe08214, 0x4daf4a, 0xc51b7d, 0x984ea3, 0x8c510a, 0x17becf);

        private final int[] stops;

        Palette(int... stops) {
            this.stops = stops;
        }

        public int rgb(double share) {
            double x = Math.min(1, Math.max(0, share)) * (stops.length - 1);
            int low = Math.min((int) x, stops.length - 2);
            double t = x - low;
            return mix(stops[low], stops[low + 1], t, 16)
                    | mix(stops[low], stops[low + 1], t, 8)
                    | mix(stops[low], stops[low + 1], t, 0);
        }

        /** The colour of class {@code index}; colours repeat after the last. */
        public int ofClass(int index) {
            return stops[Math.floorMod(index, stops.length)];
        }

        private static int mix(int a, int b, double t, int shift) {
            int from = a >> shift & 0xff;
            int to = b >> shift & 0xff;
            return (int) Math.round(from + (to - from) * t) << shift;
        }
    }
}
