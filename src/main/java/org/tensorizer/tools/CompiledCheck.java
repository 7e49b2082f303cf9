package org.tensorizer.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tensorizer.device.Device;
import org.tensorizer.device.Elements;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/**
 * A compiled model on one device against its source on another, on seeded random inputs: how many numbers of the outputs
 * differ, and by how much.
 *
 * <p>TFLite rounds each layer in fixed point, the chip in float32: networks of many layers differ here and there by a few
 * steps, and so do those that Google's compiler made. A wrong program differs everywhere.
 *
 * @param inputs inferences compared
 * @param numbers of all outputs
 * @param differing of them
 * @param largest difference; of float outputs in units of 1/256 of their range
 * @param mean difference, in the same steps
 */
public record CompiledCheck(int inputs, long numbers, long differing, double largest, double mean) {
    /** More than this on average is another network. */
    private static final double MOST_MEAN = 1;

    private static final double FLOAT_STEPS = 256;

    /**
     * Runs both.
     *
     * @param compiled a device that executes it
     * @param plain a device that executes the source
     * @throws org.tensorizer.device.DeviceFault a device fails
     */
    public static CompiledCheck run(Device compiled, byte[] model, Device plain, byte[] source, int inputs, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long numbers = 0;
        long differing = 0;
        double largest = 0;
        double sum = 0;
        try (Session ours = compiled.open("compiled", model);
                Session theirs = plain.open("source", source)) {
            for (int i = 0; i < inputs; i++) {
                List<byte[]> input = random(theirs.inputs(), random);
                List<byte[]> a = ours.run(input);
                List<byte[]> b = theirs.run(input);
                for (int k = 0; k < a.size(); k++) {
                    double[] differences = differences(theirs.outputs().get(k), a.get(k), b.get(k));
                    for (double difference : differences) {
                        numbers++;
                        differing += difference > 0 ? 1 : 0;
                        largest = Math.max(largest, difference);
                        sum += difference;
                    }
                }
            }
        }
        return new CompiledCheck(inputs, numbers, differing, largest, numbers == 0 ? 0 : sum / numbers);
    }

    private static List<byte[]> random(List<TensorSpec> tensors, SplittableRandom random) {
        List<byte[]> inputs = new ArrayList<>();
        for (TensorSpec tensor : tensors) {
            byte[] bytes = new byte[tensor.byteSize()];
            random.nextBytes(bytes);
            inputs.add(bytes);
        }
        return inputs;
    }

    private static double[] differences(TensorSpec tensor, byte[] a, byte[] b) {
        double[] first = Elements.of(tensor.type(), a).stream()
                .mapToDouble(Number::doubleValue)
                .toArray();
        double[] second = Elements.of(tensor.type(), b).stream()
                .mapToDouble(Number::doubleValue)
                .toArray();
        double step = 1;
        if (tensor.type().equals("FLOAT32")) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (double value : second) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
            step = high > low ? (high - low) / FLOAT_STEPS : 1;
        }
        double[] differences = new double[first.length];
        for (int i = 0; i < first.length; i++) {
            differences[i] = Math.abs(first[i] - second[i]) / step;
        }
        return differences;
    }

    /** Whether the two are the same network. */
    public boolean agrees() {
        return mean <= MOST_MEAN;
    }
}
