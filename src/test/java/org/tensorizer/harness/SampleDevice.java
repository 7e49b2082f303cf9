package org.tensorizer.harness;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
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
