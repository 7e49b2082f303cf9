package org.tensorizer.experiments;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/**
 * A device that is wrong in one respect, made anew for each trial.
 *
 * @param respect what is wrong with it
 * @param open makes one
 */
record WrongDevice(String respect, Supplier<Device> open) {
    /** An emulated chip of other parameters. */
    static WrongDevice chip(ChipParameters chip) {
        return new WrongDevice("chip: " + chip, () -> new EmulatorDevice(chip, true));
    }

    /** A chip that keeps the first weights it was given, for each model name, whatever is loaded later. */
    static WrongDevice keepsItsFirstWeights() {
        return new WrongDevice("keeps its first weights", () -> {
            Device real = new EmulatorDevice();
            Map<String, byte[]> first = new ConcurrentHashMap<>();
            return new Changed((name, model) -> real.open(name, first.computeIfAbsent(name, n -> model.clone())));
        });
    }

    /** Output 5 is one off in every n-th answer. */
    static WrongDevice flickers(int every) {
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

    /** Something happens to every model before it is loaded. */
    static WrongDevice runsInstead(String respect, UnaryOperator<DenseSpec> change) {
        return new WrongDevice(respect, () -> {
            Device real = new EmulatorDevice();
            return new Changed((name, model) -> {
                DenseSpec spec =
                        DenseTemplate.of(TfliteModel.parse(name, model)).spec();
                return real.open(name, CompiledModelWriter.write(change.apply(spec)));
            });
        });
    }

    /** Something happens to every answer. */
    private static WrongDevice answers(String respect, Supplier<UnaryOperator<byte[]>> change) {
        return new WrongDevice(respect, () -> {
            Device real = new EmulatorDevice();
            UnaryOperator<byte[]> changed = change.get();
            return new Changed((name, model) -> new ChangedSession(real.open(name, model), changed));
        });
    }

    /** Every answer is a fault; the function is told how many there were. */
    static WrongDevice faults(String respect, IntFunction<DeviceFault> fault) {
        return answers(respect, () -> {
            AtomicInteger count = new AtomicInteger();
            return output -> {
                throw fault.apply(count.incrementAndGet());
            };
        });
    }

    /** Its first answer is its answer to everything, as long as it has the size. */
    static WrongDevice answersTheSame() {
        return answers("gives one answer to everything", () -> {
            Map<Integer, byte[]> first = new ConcurrentHashMap<>();
            return output -> first.computeIfAbsent(output.length, n -> output).clone();
        });
    }

    /** The largest and the smallest output value never come. */
    static WrongDevice clampsOneTooEarly() {
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

    /** Every answer lacks its last byte. */
    static WrongDevice answersShort() {
        return answers("answers short", () -> output -> Arrays.copyOf(output, output.length - 1));
    }

    /** Biases are added to the channel after their own. */
    static WrongDevice shiftsBiases() {
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
    static WrongDevice forgetsActivations() {
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
                .type(spec.type())
                .quantization(spec.quantization())
                .weightScales(spec.weightScales())
                .weights(spec.weights())
                .bias(spec.bias());
    }

    @Override
    public String toString() {
        return respect;
    }

    private interface Opening {
        Session open(String name, byte[] model);
    }

    private record Changed(Opening opening) implements Device {
        @Override
        public String name() {
            return "double";
        }

        @Override
        public Provenance provenance() {
            return Provenance.DOUBLE;
        }

        @Override
        public Session open(String modelName, byte[] model) {
            return opening.open(modelName, model);
        }
    }

    private static final class ChangedSession extends ForwardingSession {
        private final UnaryOperator<byte[]> change;

        ChangedSession(Session real, UnaryOperator<byte[]> change) {
            super(real);
            this.change = change;
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            return super.run(inputs).stream().map(change).toList();
        }
    }
}
