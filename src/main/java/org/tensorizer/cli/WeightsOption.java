package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.dense.DenseShape;

/** Arrays that a user names: weights, biases, scales. W[out][in] always. */
final class WeightsOption {
    static final String WEIGHTS = "identity, zeros, random:SEED or FILE.npy (int8, [outputs, inputs])";

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
}
