package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Networks in words ({@link HeadText}) from a seed: sizes, channels, windows and formats as they fall, also those for which
 * the chip has no room. The same seed gives the same network.
 */
final class RandomNetwork {
    private final SplittableRandom random;
    private final List<String> words = new ArrayList<>();
    private int height;
    private int width;
    private int channels;

    private RandomNetwork(long seed) {
        random = new SplittableRandom(seed);
    }

    static String of(long seed) {
        return new RandomNetwork(seed).draw();
    }

    private String draw() {
        height = random.nextInt(4, 34);
        width = random.nextInt(4, 34);
        channels = random.nextInt(2) == 0 ? random.nextInt(1, 12) : 4 * random.nextInt(1, 12);
        words.add(height + "x" + width + "x" + channels);
        int steps = random.nextInt(1, 5);
        for (int i = 0; i < steps; i++) {
            step();
        }
        if (random.nextInt(3) > 0) {
            head();
        }
        return String.join(" ", words);
    }

    private void step() {
        boolean small = Math.min(height, width) < 8;
        switch (random.nextInt(5)) {
            case 0 -> convolution("d", channels, small ? 3 : oneOf(2, 3, 3, 5));
            case 1 -> convolution("c", outputs(150), 1);
            default -> convolution("c", outputs(80), small ? 1 : oneOf(2, 3, 3, 3, 4));
        }
        if (Math.min(height, width) >= 8 && random.nextInt(4) == 0) {
            words.add("m2s2");
            height /= 2;
            width /= 2;
        }
    }

    private void convolution(String kind, int outputs, int kernel) {
        boolean valid = kernel > 1 && Math.min(height, width) >= 8 && random.nextInt(4) == 0;
        int stride = Math.min(height, width) >= 8 && random.nextInt(4) == 0 ? 2 : 1;
        words.add(kind + outputs + "k" + kernel + "s" + stride + (valid ? "v" : "") + "f" + random.nextInt(1, 4)
                + oneOf("n", "r", "6"));
        height = outputs(height, kernel, stride, valid);
        width = outputs(width, kernel, stride, valid);
        channels = outputs;
    }

    /** Mostly whole words of 4 channels. */
    private int outputs(int most) {
        int outputs = random.nextInt(1, most);
        return random.nextInt(4) == 0 ? outputs : (outputs + 3) / 4 * 4;
    }

    private static int outputs(int pixels, int kernel, int stride, boolean valid) {
        return valid ? (pixels - kernel) / stride + 1 : (pixels + stride - 1) / stride;
    }

    private void head() {
        boolean mean = random.nextBoolean();
        if (mean) {
            words.add("p1");
        }
        int layers = random.nextInt(mean ? 0 : 1, 4);
        for (int i = 0; i < layers; i++) {
            words.add("f" + random.nextInt(1, 200) + oneOf("n", "r", "6") + oneOf("", "2", "3"));
        }
        if (layers > 0 && random.nextBoolean()) {
            words.add("s");
        }
    }

    private int oneOf(int... values) {
        return values[random.nextInt(values.length)];
    }

    private String oneOf(String... values) {
        return values[random.nextInt(values.length)];
    }
}
