package org.tensorizer.harness;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.device.Device;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.template.DenseSpec;

/**
 * A world in which a hypothesis is false: a device that is wrong in one respect, or models that are. An experiment shows
 * that it can fail by naming some in a static method that returns a list of them, whatever its name is:
 *
 * <pre>{@code
 * static List<Counterexample> wrongChips() {
 *     return List.of(Counterexample.chip(chip -> chip.withLanes(16)), Counterexample.keepsItsFirstWeights());
 * }
 * }</pre>
 *
 * <p>{@code mvn verify} runs the experiment on each and fails if one does not refute it; the report names them, and says so
 * of an experiment that names none. Immutable; each trial opens a device of its own.
 */
public final class Counterexample {
    /** Writes models into an empty folder; the experiment finds them beside the fixtures. */
    @FunctionalInterface
    public interface Models {
        void write(Path folder) throws IOException;
    }

    private static final Models NONE = folder -> {};

    private final String respect;
    private final Supplier<Device> device;
    private final Models models;
    private final Optional<String> test;

    private Counterexample(String respect, Supplier<Device> device, Models models, Optional<String> test) {
        this.respect = respect;
        this.device = device;
        this.models = models;
        this.test = test;
    }

    /**
     * A device of one's own making.
     *
     * @param respect what is wrong with it, as the end of "a device that"
     * @param open makes one, anew for each trial
     */
    public static Counterexample device(String respect, Supplier<Device> open) {
        return new Counterexample("a device that " + respect, open, NONE, Optional.empty());
    }

    /**
     * Models that are wrong in one respect, on the emulated Edge TPU.
     *
     * @param respect what is wrong with them, as the end of "a model that"
     */
    public static Counterexample models(String respect, Models models) {
        return new Counterexample("a model that " + respect, EmulatorDevice::new, models, Optional.empty());
    }

    /**
     * What takes more than a device or a model to show, such as a file that is not ours to give away: a library test does.
     *
     * @param respect what is wrong, as a noun
     * @param test {@code Class#method} of the library's tests, same package as the experiment
     */
    public static Counterexample shownBy(String test, String respect) {
        return new Counterexample(respect, EmulatorDevice::new, NONE, Optional.of(test));
    }

    /** An emulated chip of other parameters, such as {@code chip -> chip.withLanes(16)}. */
    public static Counterexample chip(UnaryOperator<ChipParameters> change) {
        return chip(change.apply(ChipParameters.EDGE_TPU));
    }

    /** An emulated chip of these parameters. */
    public static Counterexample chip(ChipParameters chip) {
        return new Counterexample("a chip with " + chip, () -> new EmulatorDevice(chip, true), NONE, Optional.empty());
    }

    /** Every chip that reads weights differently from the real one in one respect. */
    public static List<Counterexample> everyWrongChip() {
        return ChipParameters.wrongChips().stream().map(Counterexample::chip).toList();
    }

    /** A chip that keeps the first weights it was given, for each model name, whatever is loaded later. */
    public static Counterexample keepsItsFirstWeights() {
        return device("keeps its first weights", DeviceDouble::keepingFirstWeights);
    }

    /** Output 5 is one off in every n-th answer. */
    public static Counterexample flickers(int every) {
        return answers("is one off in every " + every + "th answer", () -> {
            AtomicInteger count = new AtomicInteger();
            return output -> {
                if (count.incrementAndGet() % every == 0) {
                    output[5]++;
                }
                return output;
            };
        });
    }

    /** Something happens to every Dense model before the emulated Edge TPU loads it. */
    public static Counterexample runsInstead(String respect, UnaryOperator<DenseSpec> change) {
        return device(respect, () -> DeviceDouble.loading(change));
    }

    /**
     * Something happens to every answer of the emulated Edge TPU.
     *
     * @param respect the end of "a device that"
     * @param change makes, anew for each trial, what changes the raw bytes of an answer
     */
    public static Counterexample answers(String respect, Supplier<UnaryOperator<byte[]>> change) {
        return device(respect, () -> DeviceDouble.answering(change.get()));
    }

    /** Its first answer is its answer to everything, as long as it has the size. */
    public static Counterexample answersTheSame() {
        return answers("gives one answer to everything", () -> {
            Map<Integer, byte[]> first = new ConcurrentHashMap<>();
            return output -> first.computeIfAbsent(output.length, n -> output).clone();
        });
    }

    /** The largest and the smallest output value never come. */
    public static Counterexample clampsOneTooEarly() {
        return answers("clamps one too early", () -> output -> {
            for (int i = 0; i < output.length; i++) {
                switch (output[i]) {
                    case 127, -1 -> output[i]--; // the largest of int8, of uint8
                    case -128, 0 -> output[i]++; // the smallest
                    default -> {}
                }
            }
            return output;
        });
    }

    /** Biases are added to the channel after their own. */
    public static Counterexample shiftsBiases() {
        return runsInstead("adds each bias to the next output", spec -> {
            if (!spec.shape().format().hasBias()) {
                return spec;
            }
            int[] bias = spec.bias();
            int[] shifted = new int[bias.length];
            for (int out = 0; out < bias.length; out++) {
                shifted[(out + 1) % bias.length] = bias[out];
            }
            return copy(spec, spec.shape()).bias(shifted).build();
        });
    }

    /** Activations are not applied. */
    public static Counterexample forgetsActivations() {
        return runsInstead(
                "forgets activations",
                spec -> copy(
                                spec,
                                DenseShape.of(
                                        spec.shape().inputs(),
                                        spec.shape().outputs(),
                                        spec.shape().format()))
                        .build());
    }

    private static DenseSpec.Builder copy(DenseSpec spec, DenseShape shape) {
        return DenseSpec.of(shape)
                .types(spec.inputDomain().type(), spec.outputDomain().type())
                .quantization(spec.quantization())
                .weightScales(spec.weightScales())
                .weights(spec.weights())
                .bias(spec.bias());
    }

    /**
     * The counterexamples of an experiment, in the order in which it names them; empty if it names none.
     *
     * @throws IllegalStateException a method that should list them failed
     */
    public static List<Counterexample> of(Class<?> experiment) {
        return ReflectionSupport.findMethods(
                        experiment,
                        method -> method.getGenericReturnType() instanceof ParameterizedType list
                                && list.getRawType() == List.class
                                && list.getActualTypeArguments()[0] == Counterexample.class
                                && method.getParameterCount() == 0,
                        HierarchyTraversalMode.TOP_DOWN)
                .stream()
                .flatMap(method -> named(experiment, method).stream())
                .toList();
    }

    @SuppressWarnings("unchecked") // of() looked at the type
    private static List<Counterexample> named(Class<?> experiment, Method method) {
        if (!Modifier.isStatic(method.getModifiers())) {
            throw new IllegalStateException(experiment.getSimpleName() + "." + method.getName()
                    + "() lists counterexamples: expected a static method");
        }
        return (List<Counterexample>) ReflectionSupport.invokeMethod(method, null);
    }

    /** Opens the device of one trial. */
    public Device open() {
        return device.get();
    }

    /** Whether a device is wrong, and not models that it runs. */
    public boolean isDevice() {
        return test.isEmpty() && models == NONE;
    }

    /** Writes the models of one trial into an empty folder; none in most. */
    public void writeModels(Path folder) throws IOException {
        models.write(folder);
    }

    /** {@code Class#method} of the library test that shows it, where no device or model alone does. */
    public Optional<String> test() {
        return test;
    }

    /** What is wrong, as a noun: {@code a chip with 16 lanes}. */
    @Override
    public String toString() {
        return respect;
    }
}
