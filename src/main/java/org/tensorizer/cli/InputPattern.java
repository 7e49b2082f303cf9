package org.tensorizer.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
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
        if (ImageInput.isOne(pattern)) {
            Path picture = InputFile.path(pattern);
            return List.of(tensors.stream()
                    .map(tensor -> ImageInput.bytes(picture, tensor))
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
}
