package org.tensorizer.picture;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A picture as PNG bytes or as a data URI that a page can hold. */
public final class Png {
    private static final int MOST_COLOURS = 256;

    private Png() {}

    public static byte[] bytes(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(indexed(image), "png", out)) {
                throw new IllegalStateException("this JDK has no PNG writer");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The same picture with a table of its colours where there are few: a third of the bytes. */
    private static BufferedImage indexed(BufferedImage image) {
        if (image.getColorModel().hasAlpha()) {
            return image;
        }
        Map<Integer, Integer> colours = new LinkedHashMap<>();
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int pixel : pixels) {
            if (colours.putIfAbsent(pixel, colours.size()) == null && colours.size() > MOST_COLOURS) {
                return image;
            }
        }
        int[] table = colours.keySet().stream().mapToInt(Integer::intValue).toArray();
        IndexColorModel model = new IndexColorModel(8, table.length, table, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage small =
                new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model);
        int[] indices = IntStream.of(pixels).map(colours::get).toArray();
        small.getRaster().setPixels(0, 0, image.getWidth(), image.getHeight(), indices);
        return small;
    }

    public static String dataUri(BufferedImage image) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes(image));
    }
}
