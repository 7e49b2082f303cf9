package org.tensorizer.harness;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

/** A device whose answers the test makes up: every session answers {@code f(input)}. */
record SampleDevice(String name, Provenance provenance, UnaryOperator<byte[]> f) implements Device {
    private static final TensorSpec RAMP = new TensorSpec("ramp", "INT8", List.of(1, 256), 1, 0, 256);

    /** Gives a device that answers with its input, and dies of one that begins with 64. */
    public static final class Echo implements DeviceSource {
        static final byte DEADLY = 64;

        @Override
        public Device open() {
            return new SampleDevice("echo", Provenance.DOUBLE, input -> {
                if (input[0] == DEADLY) {
                    throw new DeviceFault(
                            DeviceFault.Kind.CRASHED,
                            "echo",
                            "exit status 134 (SIGABRT)",
                            List.of("last words of the runtime"),
                            null);
                }
                return input.clone();
            });
        }
    }

    @Override
    public Session open(TfliteModel model) {
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
