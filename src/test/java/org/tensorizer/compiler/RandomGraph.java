package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Networks with branches in words ({@link HeadText}) from a seed: every step stands on any image so far, takes others of the
 * same size where it needs them, and may be an output. The same seed gives the same network.
 */
final class RandomGraph {
    private final SplittableRandom random;
    private final List<String> words = new ArrayList<>();
    private final List<Shape> images = new ArrayList<>();

    private record Shape(int height, int width, int channels) {
        boolean covers(Shape other) {
            return height == other.height && width == other.width;
        }
    }

    private RandomGraph(long seed) {
        random = new SplittableRandom(seed);
    }

    static String of(long seed) {
        return new RandomGraph(seed).draw();
    }

    private String draw() {
        Shape input = new Shape(random.nextInt(8, 25), random.nextInt(8, 25), 4 * random.nextInt(1, 6));
        images.add(input);
        words.add(input.height + "x" + input.width + "x" + input.channels);
        convolution(0);
        int steps = random.nextInt(2, 7);
        for (int i = 0; i < steps; i++) {
            step();
        }
        if (random.nextInt(3) == 0) {
            words.add(random.nextBoolean() ? "p1" : "f" + random.nextInt(1, 90) + "n3" + oneOf("", "l", "t"));
        }
        return String.join(" ", words);
    }

    private void step() {
        int source = random.nextInt(4) == 0 ? random.nextInt(1, images.size()) : images.size() - 1;
        Shape from = images.get(source);
        switch (random.nextInt(8)) {
            case 0 -> pair(source, "a");
            case 1 -> pair(source, "x");
            case 2 -> add(source, oneOf("l", "t", "q"), from);
            case 3 -> join(source);
            case 4 -> enlarge(source);
            default -> convolution(source);
        }
    }

    private void convolution(int source) {
        Shape from = images.get(source);
        int small = Math.min(from.height, from.width);
        int kernel = small < 8 ? 1 : random.nextInt(3) == 0 ? 1 : 3;
        int stride = kernel == 3 && small >= 8 && random.nextInt(3) == 0 ? 2 : 1;
        boolean depthwise = kernel == 3 && random.nextInt(4) == 0;
        int outputs =
                depthwise ? from.channels : random.nextInt(5) == 0 ? random.nextInt(1, 60) : 4 * random.nextInt(1, 20);
        String word = (depthwise ? "d" : "c") + outputs + "k" + kernel + "s" + stride + "f3" + oneOf("n", "r", "6");
        add(source, word, new Shape((from.height + stride - 1) / stride, (from.width + stride - 1) / stride, outputs));
    }

    private void pair(int source, String kind) {
        for (int older = 0; older < source; older++) {
            if (images.get(older).equals(images.get(source))) {
                add(source, kind + older + oneOf("n", "r"), images.get(source));
                return;
            }
        }
        convolution(source);
    }

    private void join(int source) {
        Shape from = images.get(source);
        List<Integer> others = new ArrayList<>();
        for (int image = 0; image < source; image++) {
            if (images.get(image).covers(from) && images.get(image).channels % 4 == 0) {
                others.add(image);
            }
        }
        if (others.isEmpty()) {
            convolution(source);
            return;
        }
        others.add(source);
        int channels =
                others.stream().mapToInt(image -> images.get(image).channels).sum();
        String numbers = others.stream().map(String::valueOf).collect(Collectors.joining(","));
        add(source, "j" + numbers, new Shape(from.height, from.width, channels));
    }

    private void enlarge(int source) {
        Shape from = images.get(source);
        if (from.height * from.width > 256) {
            convolution(source);
        } else {
            add(source, oneOf("u", "n"), new Shape(2 * from.height, 2 * from.width, from.channels));
        }
    }

    private void add(int source, String word, Shape result) {
        String stands = source == images.size() - 1 ? "" : "@" + source;
        words.add(word + stands + (random.nextInt(6) == 0 ? "!" : ""));
        images.add(result);
    }

    private String oneOf(String... values) {
        return values[random.nextInt(values.length)];
    }
}
