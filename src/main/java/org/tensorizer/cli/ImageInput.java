package org.tensorizer.cli;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.device.TensorSpec;

/**
 * A picture as the input of a network: scaled to the tensor's height and width, whatever its own aspect is, as bytes
 * [y][x][channel]. Three channels are red, green, blue, one is the luminance. The stored bytes are those of the picture,
 * minus 128 for INT8: what networks that were quantized from 0..255 or -1..1 take.
 */
final class ImageInput {
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");

    /** Pixels of the largest picture that is decoded. */
    private static final long LARGEST = 100_000_000;

    private ImageInput() {}

    /** Whether a name is that of a picture. */
    static boolean isOne(String name) {
        return ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
    }

    /**
     * The bytes of a tensor.
     *
     * @throws BadInputException no picture, or a tensor that takes none
     */
    static byte[] bytes(Path file, TensorSpec tensor) {
        List<Integer> shape = tensor.shape();
        boolean takes = shape.size() == 4
                && shape.get(0) == 1
                && (shape.get(3) == 1 || shape.get(3) == 3)
                && (tensor.type().equals("UINT8") || tensor.type().equals("INT8"));
        if (!takes) {
            throw new BadInputException(file + ": a picture for tensor " + tensor.name() + " of " + tensor.type() + " "
                    + shape + "; expected UINT8 or INT8 [1, height, width, 1 or 3]");
        }
        int height = shape.get(1);
        int width = shape.get(2);
        int channels = shape.get(3);
        BufferedImage picture = scaled(read(file), width, height);
        int offset = tensor.type().equals("INT8") ? 128 : 0;
        byte[] bytes = new byte[height * width * channels];
        for (int at = 0; at < height * width; at++) {
            int rgb = picture.getRGB(at % width, at / width);
            int red = rgb >> 16 & 0xff;
            int green = rgb >> 8 & 0xff;
            int blue = rgb & 0xff;
            if (channels == 1) {
                bytes[at] = (byte) (Math.round(0.299f * red + 0.587f * green + 0.114f * blue) - offset);
            } else {
                bytes[3 * at] = (byte) (red - offset);
                bytes[3 * at + 1] = (byte) (green - offset);
                bytes[3 * at + 2] = (byte) (blue - offset);
            }
        }
        return bytes;
    }

    private static BufferedImage read(Path file) {
        byte[] bytes = InputFile.read(file);
        try (var stream = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            var readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new BadInputException(file + ": expected a PNG or JPEG picture");
            }
            var reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > LARGEST) {
                    throw new BadInputException(file + ": " + pixels + " pixels, at most " + LARGEST + " are decoded");
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof BadInputException known) {
                throw known;
            }
            throw new BadInputException(file + ": damaged picture: " + e.getMessage(), e);
        }
    }

    private static BufferedImage scaled(BufferedImage picture, int width, int height) {
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(picture, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }
}
