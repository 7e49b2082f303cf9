package org.tensorizer.experiments;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;

/**
 * A device that is wrong in one respect, made anew for each trial.
 *
 * @param respect what is wrong with it
 * @param open makes one
 */
record WrongDevice(String respect, java.util.function.Supplier<Device> open) {
    /** An emulated chip of other parameters. */
    static WrongDevice chip(ChipParameters chip) {
        return new WrongDevice("chip: " + chip, () -> new EmulatorDevice(chip, true));
    }

    /** A chip that keeps the first weights it was given, for each model name, whatever is loaded later. */
    static WrongDevice keepsItsFirstWeights() {
        return new WrongDevice("keeps its first weights", () -> {
            Device real = new EmulatorDevice();
            java.util.Map<String, byte[]> first = new java.util.concurrent.ConcurrentHashMap<>();
            return new Changed((name, model) -> real.open(name, first.computeIfAbsent(name, n -> model)));
        });
    }

    /** Output 5 is one off in every n-th answer. */
    static WrongDevice flickers(int every) {
        AtomicInteger count = new AtomicInteger();
        return answers("is one off in every " + every + "th answer", output -> {
            if (count.incrementAndGet() % every == 0) {
                output[5]++;
            }
            return output;
        });
    }

    /** Something happens to every answer. */
    static WrongDevice answers(String respect, UnaryOperator<byte[]> change) {
        return new WrongDevice(respect, () -> {
            Device real = new EmulatorDevice();
            return new Changed((name, model) -> new ChangedSession(real.open(name, model), change));
        });
    }

    /** The device fails in the n-th answer, after which it would go on. */
    static WrongDevice faults(String respect, int answer, IntFunction<DeviceFault> fault) {
        return new WrongDevice(respect, () -> {
            AtomicInteger count = new AtomicInteger();
            Device real = new EmulatorDevice();
            return new Changed((name, model) -> new ChangedSession(real.open(name, model), output -> {
                int now = count.incrementAndGet();
                if (now >= answer) {
                    throw fault.apply(now);
                }
                return output;
            }));
        });
    }

    /** Every answer lacks its last byte. */
    static WrongDevice answersShort() {
        return answers("answers short", output -> java.util.Arrays.copyOf(output, output.length - 1));
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

    private record ChangedSession(Session real, UnaryOperator<byte[]> change) implements Session {
        @Override
        public List<TensorSpec> inputs() {
            return real.inputs();
        }

        @Override
        public List<TensorSpec> outputs() {
            return real.outputs();
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            return real.run(inputs).stream().map(change).toList();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
