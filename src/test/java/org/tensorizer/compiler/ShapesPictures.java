package org.tensorizer.compiler;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Random;

/** Synthetic pictures of 32 x 32 gray pixels: bars that lie, stand or lean, and discs, all noisy. */
final class ShapesPictures {
    static final int SIZE = 32;
    static final List<String> CLASSES = List.of("lying bars", "standing bars", "leaning bars", "disc");

    private static final int NOISE = 25;

    private final Random random;

    ShapesPictures(long seed) {
        random = new Random(seed);
    }

    /** The next picture of a class, [y][x]. */
    int[] next(int label) {
        int dark = 20 + random.nextInt(80);
        int light = dark + 80 + random.nextInt(70);
        int period = 6 + random.nextInt(5);
        int phase = random.nextInt(period);
        int width = period / 2;
        int radius = 6 + random.nextInt(6);
        int centerY = radius + random.nextInt(SIZE - 2 * radius);
        int centerX = radius + random.nextInt(SIZE - 2 * radius);
        int[] pixels = new int[SIZE * SIZE];
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                int across = label == 0 ? y : label == 1 ? x : x + y;
                int dy = y - centerY;
                int dx = x - centerX;
                boolean inside = label == 3 ? dy * dy + dx * dx <= radius * radius : (across + phase) % period < width;
                pixels[y * SIZE + x] = (inside ? light : dark) + random.nextInt(2 * NOISE + 1) - NOISE;
            }
        }
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Math.min(255, Math.max(0, pixels[i]));
        }
        return pixels;
    }

    static byte[] bytes(int[] pixels) {
        byte[] bytes = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            bytes[i] = (byte) pixels[i];
        }
        return bytes;
    }

    static BufferedImage image(int[] pixels) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < pixels.length; i++) {
            image.setRGB(i % SIZE, i / SIZE, pixels[i] * 0x010101);
        }
        return image;
    }
}
