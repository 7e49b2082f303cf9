package org.tensorizer.harness;

import java.util.List;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/** A device whose answers have the sizes that its sessions promise, or are faults: no verdict rests on half an answer. */
record CheckedDevice(Device device) implements Device {
    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Provenance provenance() {
        return device.provenance();
    }

    @Override
    public Session open(String modelName, byte[] model) {
        return new Sized(device.open(modelName, model), device.name());
    }

    @Override
    public Device allowingTokenReuse() {
        return new CheckedDevice(device.allowingTokenReuse());
    }

    @Override
    public void close() {
        device.close();
    }

    @Override
    public String toString() {
        return device.toString();
    }

    private record Sized(Session session, String device) implements Session {
        @Override
        public List<TensorSpec> inputs() {
            return session.inputs();
        }

        @Override
        public List<TensorSpec> outputs() {
            return session.outputs();
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            List<byte[]> answers = session.run(inputs);
            List<Integer> expected =
                    session.outputs().stream().map(TensorSpec::byteSize).toList();
            List<Integer> found = answers.stream().map(answer -> answer.length).toList();
            if (!found.equals(expected)) {
                throw new DeviceFault(
                        DeviceFault.Kind.WRONG_SIZE,
                        device,
                        "outputs of " + found + " bytes, the model has outputs of " + expected);
            }
            return answers;
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
