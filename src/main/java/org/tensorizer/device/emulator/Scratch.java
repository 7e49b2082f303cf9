package org.tensorizer.device.emulator;

/** Arrays that kernels use for the time of one run, kept to be used again. */
final class Scratch {
    private float[][] activations = {};
    private float[] part = {};
    private int[] sums = {};
    private int[] words = {};

    /** Rows of at least a width; what they hold is left over. */
    float[][] activations(int rows, int width) {
        if (activations.length < rows) {
            float[][] more = new float[rows][];
            System.arraycopy(activations, 0, more, 0, activations.length);
            activations = more;
        }
        for (int row = 0; row < rows; row++) {
            if (activations[row] == null || activations[row].length < width) {
                activations[row] = new float[width];
            }
        }
        return activations;
    }

    float[] part(int width) {
        part = part.length < width ? new float[width] : part;
        return part;
    }

    int[] sums(int width) {
        sums = sums.length < width ? new int[width] : sums;
        return sums;
    }

    int[] words(int width) {
        words = words.length < width ? new int[width] : words;
        return words;
    }
}
