package org.tensorizer.harness;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/** A device whose answers the test makes up: every session answers {@code f(input)}. */
record SampleDevice(String name, Provenance provenance, UnaryOperator<byte[]> f) implements Device {
    private static final TensorSpec RAMP = new TensorSpec("ramp", "INT8", List.of(1, 256), 1, 0, 256);

    /** Gives a device that answers with its input. */
    public static final class Echo implements DeviceSource {
        @Override
        public Device open() {
            return new SampleDevice("echo", Provenance.DOUBLE, input -> input.clone());
        }
    }

    /** Gives a device that answers once with its input and then dies. */
    public static final class Dying implements DeviceSource {
        @Override
        public Device open() {
            AtomicInteger answers = new AtomicInteger();
            return new SampleDevice("dying", Provenance.DOUBLE, input -> {
                if (answers.getAndIncrement() == 0) {
                    return input.clone();
                }
                throw new DeviceFault(
                        DeviceFault.Kind.CRASHED,
                        "dying",
                        "exit status 134 (SIGABRT)",
                        List.of("last words of the runtime"),
                        null);
            });
        }
    }

    @Override
    public Session open(String modelName, byte[] model) {
        return new Session() {
            @Override
            public List<TensorSpec> inputs() {
                return List.of(RAMP);
            }

            @Override
            public List<TensorSpec> outputs() {
                return List.of(RAMP);
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                return List.of(f.apply(inputs.get(0)));
            }

            @Override
            public void close() {}
        };
    }
}
