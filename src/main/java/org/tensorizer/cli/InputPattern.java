package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.device.TensorSpec;

/**
 * A named input for one tensor, as raw bytes of the tensor's own type. {@code ramp} counts up from the lowest value of
 * the type (-128 for INT8, 0 for UINT8) and wraps; {@code mod251} is byte i % 251, the input of the published runs.
 */
final class InputPattern {
    static final String NAMES = "zeros, ones, ramp, alternating, mod251, impulse:I or FILE.npy";

    private InputPattern() {}

    /** @throws BadInputException unknown name, impulse outside the tensor, file of another length */
    static byte[] bytes(String pattern, TensorSpec tensor) {
        byte[] bytes = new byte[tensor.byteSize()];
        boolean signed = tensor.type().equals("INT8");
        byte lowest = (byte) (signed ? -128 : 0);
        byte highest = (byte) (signed ? 127 : 255);
        switch (pattern) {
            case "zeros" -> {}
            case "ones" -> Arrays.fill(bytes, (byte) 1);
            case "ramp" -> fill(bytes, i -> i + lowest);
            case "alternating" -> fill(bytes, i -> i % 2 == 0 ? highest : lowest);
            case "mod251" -> fill(bytes, i -> i % 251);
            default -> {
                if (pattern.startsWith("impulse:")) {
                    Arrays.fill(bytes, (byte) tensor.zeroPoint());
                    bytes[index(pattern, bytes.length)] = highest;
                } else if (pattern.endsWith(".npy")) {
                    return fromFile(InputFile.path(pattern), tensor);
                } else {
                    throw new BadInputException("input '" + pattern + "': expected " + NAMES);
                }
            }
        }
        return bytes;
    }

    private interface Value {
        int at(int index);
    }

    private static void fill(byte[] bytes, Value value) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) value.at(i);
        }
    }

    private static int index(String pattern, int length) {
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

    private static byte[] fromFile(Path file, TensorSpec tensor) {
        Npy array = WeightsOption.npy(file);
        if (array.data().length != tensor.byteSize()) {
            throw new BadInputException(file + ": expected " + tensor.byteSize() + " bytes for tensor " + tensor.name()
                    + " " + tensor.shape() + " " + tensor.type() + ", found " + array.data().length);
        }
        return array.data();
    }
}
