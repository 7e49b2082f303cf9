package org.tensorizer.conv;

/** Which pixels along an axis the outputs of a step need, counted over the whole image; the edge may be left. */
public sealed interface Reach permits Window, Reach.Doubling {
    /** Outputs along an axis of so many pixels. */
    int outputs(int pixels);

    /** First pixel that output number {@code output} reads of an axis of so many pixels; negative beyond the edge. */
    int first(int pixels, int output);

    /** Last pixel that output number {@code output} reads. */
    int last(int pixels, int output);

    /** Whether the tile that computes an output may need pixels of its neighbours. */
    boolean reachesOver();

    /**
     * Twice the rows and columns, centres of pixels half a pixel from their edges: output o lies at pixel (2 o - 1) / 4,
     * between two pixels.
     */
    record Doubling() implements Reach {
        private static final int QUARTERS = 4;

        @Override
        public int outputs(int pixels) {
            return 2 * pixels;
        }

        @Override
        public int first(int pixels, int output) {
            return Math.floorDiv(position(output), QUARTERS);
        }

        @Override
        public int last(int pixels, int output) {
            return first(pixels, output) + 1;
        }

        /** Where an output lies, in quarters of a pixel. */
        static int position(int output) {
            return 2 * output - 1;
        }

        @Override
        public boolean reachesOver() {
            return true;
        }
    }
}
