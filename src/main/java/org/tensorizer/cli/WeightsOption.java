package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.patch.Pattern;

/** Weights that a user names, as arrays or as patterns; biases and scales. W[out][in] always. */
final class WeightsOption {
    static final String WEIGHTS = "identity, zeros, random:SEED or FILE.npy (int8, [outputs, inputs])";

    static final String MODES =
            "zero, byte:V, ramp, xor:V, random:SEED, file:PATH (bytes as stored), identity (W[i][i] = 127,"
                    + " else 0; of a larger kernel under its middle tap), identity:KY,KX (under another tap: the image"
                    + " is moved), diagonal (W[i][i] = i %% 256 - 128, a ramp along the diagonal, else 0), shift+1,"
                    + " shift-1, permutation:SEED, single-hot:OUT,IN,VALUE, single-hot:OUT,KY,KX,IN,VALUE,"
                    + " constant:VALUE, matrix:FILE.npy (int8, as many as the layer has)";

    private WeightsOption() {}

    /** Weights W[out][in], row-major int8. */
    static byte[] weights(String text, DenseShape shape) {
        int size = Math.multiplyExact(shape.outputs(), shape.inputs());
        if (text.equals("zeros")) {
            return new byte[size];
        }
        if (text.equals("identity")) {
            byte[] weights = new byte[size];
            for (int i = 0; i < Math.min(shape.outputs(), shape.inputs()); i++) {
                weights[i * shape.inputs() + i] = 127;
            }
            return weights;
        }
        if (text.startsWith("random:")) {
            byte[] weights = new byte[size];
            seeded(text).nextBytes(weights);
            return weights;
        }
        if (text.endsWith(".npy")) {
            Npy array = int8(InputFile.path(text));
            List<Integer> expected = List.of(shape.outputs(), shape.inputs());
            if (!array.shape().equals(expected)) {
                throw new BadInputException(
                        text + ": expected shape " + expected + " ([outputs, inputs]), found " + array.shape());
            }
            return array.data();
        }
        throw new BadInputException("weights '" + text + "': expected " + WEIGHTS);
    }

    /** Biases of each output, int32. */
    static int[] bias(String text, int outputs) {
        if (text.startsWith("random:")) {
            return seeded(text).ints(outputs, -10_000, 10_001).toArray();
        }
        return vector(text, Npy.Type.INT32, outputs).ints();
    }

    /** Weight scales of each output, float32. */
    static float[] scales(String file, int outputs) {
        return vector(file, Npy.Type.FLOAT32, outputs).floats();
    }

    static Npy int8(Path file) {
        Npy array = Npy.read(file);
        if (array.type() != Npy.Type.INT8) {
            throw new BadInputException(file + ": expected elements of type INT8, found " + array.type());
        }
        return array;
    }

    private static Npy vector(String file, Npy.Type type, int length) {
        if (!file.endsWith(".npy")) {
            throw new BadInputException("'" + file + "': expected a .npy file of " + length + " " + type);
        }
        Npy array = Npy.read(InputFile.path(file));
        if (array.type() != type || !array.shape().equals(List.of(length))) {
            throw new BadInputException(
                    file + ": expected " + type + " of shape [" + length + "], found " + array.type() + array.shape());
        }
        return array;
    }

    private static Random seeded(String text) {
        try {
            return new Random(Long.parseLong(text.substring("random:".length())));
        } catch (NumberFormatException e) {
            throw new BadInputException("'" + text + "': expected random:SEED with a whole number", e);
        }
    }

    /**
     * What {@code patch --mode} takes: a name, or a name and its numbers after a colon.
     *
     * @throws BadInputException unknown name, missing or wrong number, unreadable file
     */
    static Pattern pattern(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        return switch (name) {
            case "zero" -> Pattern.zero();
            case "byte" -> Pattern.byteValue((int) number(text, rest));
            case "ramp" -> Pattern.ramp();
            case "xor", "xor-ff" -> Pattern.xor(name.equals("xor-ff") ? 255 : (int) number(text, rest));
            case "random" -> Pattern.random(number(text, rest));
            case "file" -> Pattern.file(InputFile.path(needed(text, rest, "a path")));
            case "identity" -> identity(text, rest);
            case "diagonal" -> Pattern.diagonal();
            case "shift+1" -> Pattern.shift(1);
            case "shift-1" -> Pattern.shift(-1);
            case "permutation" -> Pattern.permutation(number(text, rest));
            case "constant" -> Pattern.constant((int) number(text, rest));
            case "single-hot" -> singleHot(text, rest);
            case "matrix" ->
                Pattern.matrix(
                        int8(InputFile.path(needed(text, rest, "a .npy file"))).data());
            default -> throw new BadInputException("mode '" + text + "': expected one of " + MODES);
        };
    }

    private static Pattern singleHot(String text, String rest) {
        int[] n = numbers(text, rest);
        if (n.length == 5) {
            return Pattern.singleHot(n[0], notNegative(text, n[1]), notNegative(text, n[2]), n[3], n[4]);
        }
        if (n.length != 3) {
            throw new BadInputException(
                    "mode '" + text + "': expected single-hot:OUT,IN,VALUE or single-hot:OUT,KY,KX,IN,VALUE");
        }
        return Pattern.singleHot(n[0], n[1], n[2]);
    }

    private static Pattern identity(String text, String rest) {
        if (rest.isEmpty()) {
            return Pattern.identity();
        }
        int[] n = numbers(text, rest);
        if (n.length != 2) {
            throw new BadInputException("mode '" + text + "': expected identity or identity:KY,KX");
        }
        return Pattern.identity(notNegative(text, n[0]), notNegative(text, n[1]));
    }

    private static int notNegative(String text, int tap) {
        if (tap < 0) {
            throw new BadInputException("mode '" + text + "': tap " + tap + ", expected 0 or more");
        }
        return tap;
    }

    private static int[] numbers(String text, String rest) {
        return Stream.of(rest.split(",", -1))
                .mapToInt(part -> (int) number(text, part))
                .toArray();
    }

    private static String needed(String text, String rest, String what) {
        if (rest.isEmpty()) {
            throw new BadInputException("mode '" + text + "': expected " + what + " after the colon");
        }
        return rest;
    }

    /** Decimal, or hexadecimal after 0x. */
    private static long number(String text, String digits) {
        try {
            long value = Long.decode(needed(text, digits, "a number"));
            if (value == (int) value || text.startsWith("random") || text.startsWith("permutation")) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message
        }
        throw new BadInputException("mode '" + text + "': expected a number, found '" + digits + "'");
    }
}
