package org.tensorizer.tools;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.Elements;
import org.tensorizer.model.TfliteModel;

/**
 * A compiled model on one device against its source, or itself, on another: how many numbers of the outputs differ, and
 * by how much.
 *
 * <p>TFLite rounds each layer in fixed point, the chip in float32: networks of many layers differ here and there by a
 * few steps, and so do those that Google's compiler made. A wrong program differs everywhere.
 *
 * @param inputs inferences compared
 * @param outputs one for each output tensor, in the model's order
 */
public record CompiledCheck(int inputs, List<Output> outputs) {
    /** More steps than this on average is another network. */
    private static final double MOST_MEAN = 1;

    /** So is more than this part of what the outputs differ among themselves: most of a softmax is 0 whatever it says. */
    private static final double MOST_OF_SPREAD = 0.5;

    /**
     * Compiled programs of Google's differ from their source 0.9 to 1.3 times as much as the source from itself with inputs
     * changed by a step (measured on movenet and deeplab, whose differences are more than a step).
     */
    private static final double MOST_OF_SENSITIVITY = 2;

    private static final double FLOAT_STEPS = 256;

    public CompiledCheck {
        outputs = List.copyOf(outputs);
    }

    /**
     * One output tensor over all inferences.
     *
     * @param numbers compared
     * @param differing of them
     * @param largest difference in steps; of float outputs a step is 1/256 of their range
     * @param sum of all differences, in steps
     * @param spread sum of the distances of the second model's numbers from their mean in each inference, in steps
     * @param first number that differs, empty where none does
     */
    public record Output(
            TensorSpec tensor,
            long numbers,
            long differing,
            double largest,
            double sum,
            double spread,
            Optional<Difference> first) {
        private Output plus(int input, byte[] a, byte[] b) {
            Elements ours = Elements.of(tensor.type(), a);
            Elements theirs = Elements.of(tensor.type(), b);
            double step = tensor.type().equals("FLOAT32") ? step(theirs) : 1;
            long nowDiffering = differing;
            double nowLargest = largest;
            double nowSum = sum;
            Difference nowFirst = first.orElse(null);
            for (int i = 0; i < ours.size(); i++) {
                double distance = ours.distance(theirs, i) / step;
                if (distance > 0) {
                    nowDiffering++;
                    nowLargest = Math.max(nowLargest, distance);
                    nowSum += distance;
                    nowFirst = nowFirst != null ? nowFirst : new Difference(input, i, ours.get(i), theirs.get(i));
                }
            }
            return new Output(
                    tensor,
                    numbers + ours.size(),
                    nowDiffering,
                    nowLargest,
                    nowSum,
                    spread + spread(theirs) / step,
                    Optional.ofNullable(nowFirst));
        }

        private static double spread(Elements values) {
            double mean = 0;
            for (Number value : values) {
                mean += value.doubleValue() / values.size();
            }
            double spread = 0;
            for (Number value : values) {
                spread += Math.abs(value.doubleValue() - mean);
            }
            return spread;
        }

        private boolean agrees() {
            boolean alike = largest <= 1 || sum <= MOST_OF_SPREAD * spread;
            return numbers == 0 || alike && sum / numbers <= MOST_MEAN;
        }

        private static double step(Elements values) {
            DoubleSummaryStatistics all =
                    values.stream().mapToDouble(Number::doubleValue).summaryStatistics();
            double range = all.getMax() - all.getMin();
            return range > 0 && Double.isFinite(range) ? range / FLOAT_STEPS : 1;
        }
    }

    /**
     * A number that differs.
     *
     * @param input number of the inference, from 0
     * @param index in the output, flat
     * @param ours what the compiled model gave
     * @param theirs what it was held against
     */
    public record Difference(int input, int index, Number ours, Number theirs) {}

    /**
     * Runs both.
     *
     * @param compiled a device that executes the first model
     * @param plain a device that executes the second
     * @param inputs the inferences' inputs for the first model's tensors, such as {@link #random}
     * @throws BadInputException the models' inputs or outputs are not of the same types and shapes
     * @throws org.tensorizer.device.DeviceFault a device fails
     */
    public static CompiledCheck run(
            Device compiled,
            TfliteModel model,
            Device plain,
            TfliteModel source,
            Function<List<TensorSpec>, Stream<List<byte[]>>> inputs) {
        try (Session ours = compiled.open(model);
                Session theirs = plain.open(source)) {
            alike("inputs", model, ours.inputs(), source, theirs.inputs());
            alike("outputs", model, ours.outputs(), source, theirs.outputs());
            return compare(theirs.outputs(), inputs.apply(ours.inputs()), ours::run, theirs::run);
        }
    }

    /**
     * How much a network makes of small changes: its answers to the same inputs, each number of which is one step more, one
     * less or as it was. What the chip rounds otherwise than TFLite is as small and grows in the same way.
     *
     * @param inputs as those of the check
     */
    public static CompiledCheck sensitivity(
            Device plain, TfliteModel source, Function<List<TensorSpec>, Stream<List<byte[]>>> inputs) {
        SplittableRandom random = new SplittableRandom(1);
        try (Session session = plain.open(source)) {
            return compare(
                    session.outputs(),
                    inputs.apply(session.inputs()),
                    input -> session.run(IntStream.range(0, input.size())
                            .mapToObj(k -> changed(session.inputs().get(k), input.get(k), random))
                            .toList()),
                    session::run);
        }
    }

    private static CompiledCheck compare(
            List<TensorSpec> tensors,
            Stream<List<byte[]>> inputs,
            UnaryOperator<List<byte[]>> first,
            UnaryOperator<List<byte[]>> second) {
        List<Output> outputs = new ArrayList<>();
        tensors.forEach(each -> outputs.add(new Output(each, 0, 0, 0, 0, 0, Optional.empty())));
        int count = 0;
        for (Iterator<List<byte[]>> all = inputs.iterator(); all.hasNext(); count++) {
            List<byte[]> input = all.next();
            List<byte[]> a = first.apply(input);
            List<byte[]> b = second.apply(input);
            for (int k = 0; k < outputs.size(); k++) {
                outputs.set(k, outputs.get(k).plus(count, a.get(k), b.get(k)));
            }
        }
        return new CompiledCheck(count, outputs);
    }

    private static byte[] changed(TensorSpec tensor, byte[] values, SplittableRandom random) {
        byte[] changed = values.clone();
        if (tensor.type().equals("FLOAT32")) {
            ByteBuffer floats = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < changed.length; at += Float.BYTES) {
                floats.putFloat(at, floats.getFloat(at) + (random.nextInt(3) - 1) * 2 / (float) FLOAT_STEPS);
            }
            return changed;
        }
        int sign = tensor.type().equals("INT8") ? 0x80 : 0;
        for (int i = 0; i < changed.length; i++) {
            int next = ((changed[i] ^ sign) & 0xff) + random.nextInt(3) - 1;
            changed[i] = (byte) (Math.max(0, Math.min(255, next)) ^ sign);
        }
        return changed;
    }

    private static void alike(
            String what, TfliteModel model, List<TensorSpec> ours, TfliteModel source, List<TensorSpec> theirs) {
        List<String> found = ours.stream().map(CompiledCheck::form).toList();
        List<String> expected = theirs.stream().map(CompiledCheck::form).toList();
        if (!found.equals(expected)) {
            throw new BadInputException(model.name() + ": expected the " + what + " of " + source.name() + ", "
                    + expected + ", found " + found);
        }
    }

    private static String form(TensorSpec tensor) {
        return tensor.type() + " " + tensor.shape();
    }

    /** Random inputs, the same for the same seed: any bytes, and of float tensors numbers from -1 to 1. */
    public static Function<List<TensorSpec>, Stream<List<byte[]>>> random(int inputs, long seed) {
        return tensors -> {
            SplittableRandom random = new SplittableRandom(seed);
            return Stream.generate(() -> tensors.stream()
                            .map(tensor -> random(tensor, random))
                            .toList())
                    .limit(inputs);
        };
    }

    private static byte[] random(TensorSpec tensor, SplittableRandom random) {
        byte[] bytes = new byte[tensor.byteSize()];
        if (!tensor.type().equals("FLOAT32")) {
            random.nextBytes(bytes);
            return bytes;
        }
        ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (floats.hasRemaining()) {
            floats.putFloat((float) (2 * random.nextDouble() - 1));
        }
        return bytes;
    }

    /** Numbers compared, of all outputs. */
    public long numbers() {
        return outputs.stream().mapToLong(Output::numbers).sum();
    }

    /** How many of them differ. */
    public long differing() {
        return outputs.stream().mapToLong(Output::differing).sum();
    }

    /** Largest difference in steps. */
    public double largest() {
        return outputs.stream().mapToDouble(Output::largest).max().orElse(0);
    }

    /** Mean difference in steps. */
    public double mean() {
        long numbers = numbers();
        return numbers == 0 ? 0 : outputs.stream().mapToDouble(Output::sum).sum() / numbers;
    }

    /** Whether the two are the same network, by each of their outputs. */
    public boolean agrees() {
        return outputs.stream().allMatch(Output::agrees);
    }

    /** Whether each output agrees, or differs no more than twice as much as the network's own sensitivity lets it. */
    public boolean agreesWithin(CompiledCheck sensitivity) {
        for (int k = 0; k < outputs.size(); k++) {
            double most = MOST_OF_SENSITIVITY * sensitivity.outputs.get(k).sum;
            if (!outputs.get(k).agrees() && outputs.get(k).sum > most) {
                return false;
            }
        }
        return true;
    }
}
