package org.tensorizer.cli;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import javax.imageio.ImageIO;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.device.TensorSpec;

/**
 * What goes into the tensors of a model: a named input, which is one inference, or an array of NumPy's, which may be
 * several. Named inputs are values of the tensor's own type: {@code ones} are 1.0 for FLOAT32 and the raw number 1 for
 * INT8.
 */
final class InputPattern {
    static final String NAMES =
            "zeros, ones, ramp, alternating, mod251, impulse:I, FILE.npy or a picture FILE.png, FILE.jpg";

    static final String MEANING = "Names mean values of the tensor's own type: ramp counts up from the lowest value of"
            + " an 8-bit type and wraps, for others from 0; alternating is its highest and lowest value, for others"
            + " 1 and -1; impulse:I is the highest value, for others 1, among zeros; mod251 is i %% 251. FILE.npy has"
            + " the tensor's element type, and its shape or one row for each inference, as --npy writes"
            + " them. A picture is scaled to the tensor's height and width, its aspect is not kept.";

    private InputPattern() {}

    /**
     * The bytes of every tensor for every inference, inferences first.
     *
     * @throws BadInputException unknown name, impulse outside a tensor, array of another type or shape
     */
    static List<List<byte[]>> rows(String pattern, List<TensorSpec> tensors) {
        if (Picture.isOne(pattern)) {
            Path picture = InputFile.path(pattern);
            return List.of(tensors.stream()
                    .map(tensor -> Picture.bytes(picture, tensor))
                    .toList());
        }
        if (!pattern.endsWith(".npy")) {
            return List.of(
                    tensors.stream().map(tensor -> named(pattern, tensor)).toList());
        }
        Path file = InputFile.path(pattern);
        Npy array = Npy.read(file);
        List<List<byte[]>> rows = new ArrayList<>();
        for (TensorSpec tensor : tensors) {
            int count = count(file, array, tensor);
            for (int row = 0; row < count; row++) {
                if (rows.size() == row) {
                    rows.add(new ArrayList<>());
                }
                int start = row * tensor.byteSize();
                rows.get(row).add(Arrays.copyOfRange(array.data(), start, start + tensor.byteSize()));
            }
        }
        return rows;
    }

    /** {@link #rows} of an input that must be one inference. */
    static List<byte[]> one(String pattern, List<TensorSpec> tensors) {
        List<List<byte[]>> rows = rows(pattern, tensors);
        if (rows.size() != 1) {
            throw new BadInputException(pattern + ": expected one inference, found " + rows.size() + " rows");
        }
        return rows.get(0);
    }

    /** How many inferences an array holds: it has the tensor's shape, or that of its batch of 1, or rows of either. */
    private static int count(Path file, Npy array, TensorSpec tensor) {
        String expected = file + ": expected " + tensor.type() + " " + tensor.shape() + " or rows of them for tensor "
                + tensor.name() + ", found " + array.type() + " " + array.shape();
        List<Integer> shape = array.shape();
        List<Integer> whole = tensor.shape();
        List<Integer> inner = whole.isEmpty() || whole.get(0) != 1 ? whole : whole.subList(1, whole.size());
        int elements = tensor.byteSize() / array.type().bytes();
        if (!array.type().name().equals(tensor.type())) {
            throw new BadInputException(expected);
        }
        if (shape.equals(whole) || shape.equals(inner) || shape.equals(List.of(elements))) {
            return 1;
        }
        List<Integer> row = shape.isEmpty() ? shape : shape.subList(1, shape.size());
        if (shape.isEmpty()
                || shape.get(0) == 0
                || !row.equals(inner) && !row.equals(whole) && !row.equals(List.of(elements))) {
            throw new BadInputException(expected);
        }
        return shape.get(0);
    }

    private static byte[] named(String pattern, TensorSpec tensor) {
        boolean signed = tensor.type().equals("INT8");
        boolean narrow = signed || tensor.type().equals("UINT8");
        int lowest = signed ? -128 : narrow ? 0 : -1;
        int highest = narrow ? lowest + 255 : 1;
        return switch (pattern) {
            case "zeros" -> new byte[tensor.byteSize()];
            case "ones" -> fill(pattern, tensor, i -> 1);
            case "ramp" -> fill(pattern, tensor, i -> narrow ? lowest + i : i);
            case "alternating" -> fill(pattern, tensor, i -> i % 2 == 0 ? highest : lowest);
            case "mod251" -> fill(pattern, tensor, i -> i % 251);
            default -> {
                if (!pattern.startsWith("impulse:")) {
                    throw new BadInputException("input '" + pattern + "': expected " + NAMES);
                }
                int at = index(pattern, tensor);
                yield fill(pattern, tensor, i -> i == at ? highest : tensor.zeroPoint());
            }
        };
    }

    private static byte[] fill(String pattern, TensorSpec tensor, IntToLongFunction value) {
        ByteBuffer data = ByteBuffer.allocate(tensor.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; data.hasRemaining(); i++) {
            long each = value.applyAsLong(i);
            switch (tensor.type()) {
                case "INT8", "UINT8", "BOOL" -> data.put((byte) each);
                case "INT16", "UINT16" -> data.putShort((short) each);
                case "INT32", "UINT32" -> data.putInt((int) each);
                case "INT64", "UINT64" -> data.putLong(each);
                case "FLOAT32" -> data.putFloat(each);
                case "FLOAT64" -> data.putDouble(each);
                default ->
                    throw new BadInputException("input '" + pattern + "' for tensor " + tensor.name() + " of type "
                            + tensor.type() + ": expected zeros or FILE.npy");
            }
        }
        return data.array();
    }

    private static int index(String pattern, TensorSpec tensor) {
        int length = tensor.byteSize()
                / Npy.Type.named(tensor.type()).map(Npy.Type::bytes).orElse(1);
        String number = pattern.substring("impulse:".length());
        try {
            int index = Integer.parseInt(number);
            if (index >= 0 && index < length) {
                return index;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message
        }
        throw new BadInputException(
                "input '" + pattern + "': expected impulse:0 to impulse:" + (length - 1) + ", found " + number);
    }

    /**
     * A picture as the input of a network: scaled to the tensor's height and width, whatever its own aspect is, as bytes
     * [y][x][channel]. Three channels are red, green, blue, one is the luminance. The stored bytes are those of the picture,
     * minus 128 for INT8: what networks that were quantized from 0..255 or -1..1 take.
     */
    static final class Picture {
        private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");

        /** Pixels of the largest picture that is decoded. */
        private static final long LARGEST = 100_000_000;

        private Picture() {}

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
                throw new BadInputException(file + ": a picture for tensor " + tensor.name() + " of " + tensor.type()
                        + " " + shape + "; expected UINT8 or INT8 [1, height, width, 1 or 3]");
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
                        throw new BadInputException(
                                file + ": " + pixels + " pixels, at most " + LARGEST + " are decoded");
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
}
