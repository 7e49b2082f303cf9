package org.tensorizer.device.compare;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.compare.CompareDevice.ComparisonReport;
import org.tensorizer.model.Elements;
import org.tensorizer.model.TfliteModel;

/**
 * One inference that two devices answered differently, whole: it can be kept as a fixture and asked again.
 *
 * @param model the model as the first device had it
 * @param first the device whose answers counted
 * @param second the other
 * @param inputs raw bytes of each input tensor
 * @param firstOutputs raw bytes of each output tensor of the first
 * @param secondOutputs raw bytes of each output tensor of the second
 * @param output index of the first output tensor that differs
 * @param type its element type
 * @param difference what differs in it
 */
public record Disagreement(
        TfliteModel model,
        String first,
        String second,
        List<byte[]> inputs,
        List<byte[]> firstOutputs,
        List<byte[]> secondOutputs,
        int output,
        String type,
        TensorDifference difference) {
    public Disagreement {
        inputs = copy(inputs);
        firstOutputs = copy(firstOutputs);
        secondOutputs = copy(secondOutputs);
    }

    private static List<byte[]> copy(List<byte[]> tensors) {
        return tensors.stream().map(byte[]::clone).toList();
    }

    /** Index of the first element that differs. */
    int element() {
        return difference.first;
    }

    /** Value of the element on the first device. */
    public double firstValue() {
        return Elements.of(type, firstOutputs.get(output)).get(element()).doubleValue();
    }

    /** Value of the element on the second device. */
    public double secondValue() {
        return Elements.of(type, secondOutputs.get(output)).get(element()).doubleValue();
    }

    /**
     * Writes {@code model.tflite}, {@code input-N.bin}, {@code first-N.bin}, {@code second-N.bin} (raw tensor bytes) and
     * {@code disagreement.json}, which says what they are.
     *
     * @param folder made if it is not there
     * @throws BadInputException one of the files is there already, or they cannot be written
     */
    public void writeTo(Path folder) {
        try {
            Files.createDirectories(folder);
            write(folder.resolve("model.tflite"), model.copy());
            write(folder, "input", inputs);
            write(folder, "first", firstOutputs);
            write(folder, "second", secondOutputs);
            write(folder.resolve("disagreement.json"), toJson().getBytes(StandardCharsets.UTF_8));
        } catch (FileAlreadyExistsException e) {
            throw new BadInputException(e.getMessage() + ": exists already; name another folder", e);
        } catch (IOException e) {
            throw new BadInputException(
                    "disagreement cannot be written to " + folder + ": " + BadInputException.reason(e), e);
        }
    }

    private static void write(Path folder, String name, List<byte[]> tensors) throws IOException {
        for (int i = 0; i < tensors.size(); i++) {
            write(folder.resolve(name + "-" + i + ".bin"), tensors.get(i));
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        return json.object()
                        .value("format", "tensorizer-disagreement-1")
                        .value("model", model.name())
                        .value("model_sha256", model.sha256())
                        .value("first", first)
                        .value("second", second)
                        .value("output", output)
                        .value("type", type)
                        .value("element", element())
                        .value("first_value", ComparisonReport.number(firstValue()))
                        .value("second_value", ComparisonReport.number(secondValue()))
                        .value("differing", difference.differing)
                        .value("largest", ComparisonReport.number(difference.largest))
                        .end()
                        .done()
                + "\n";
    }

    @Override
    public String toString() {
        return model + ", output " + output + "[" + element() + "]: " + ComparisonReport.number(firstValue()) + " on "
                + first + ", " + ComparisonReport.number(secondValue()) + " on " + second + " (" + difference.differing
                + " values of this output differ)";
    }

    /**
     * How two answers differ in one tensor.
     *
     * @param values compared elements
     * @param differing elements that differ
     * @param beyondOne elements that differ by more than one step
     * @param largest largest distance, in steps of the element type
     * @param first index of the first element that differs, -1 if none does
     */
    public record TensorDifference(long values, long differing, long beyondOne, double largest, int first) {
        /** Counts and largest difference of both; the first element stays this one's. */
        TensorDifference plus(TensorDifference other) {
            return new TensorDifference(
                    values + other.values,
                    differing + other.differing,
                    beyondOne + other.beyondOne,
                    Math.max(largest, other.largest),
                    first);
        }

        static TensorDifference of(String type, byte[] a, byte[] b) {
            Elements left = Elements.of(type, a);
            Elements right = Elements.of(type, b);
            long differing = 0;
            long beyondOne = 0;
            double largest = 0;
            int first = -1;
            for (int i = 0; i < left.size(); i++) {
                double distance = left.distance(right, i);
                if (distance != 0) {
                    first = first < 0 ? i : first;
                    differing++;
                    beyondOne += distance > 1 ? 1 : 0;
                    largest = Math.max(largest, distance);
                }
            }
            return new TensorDifference(left.size(), differing, beyondOne, largest, first);
        }
    }
}
