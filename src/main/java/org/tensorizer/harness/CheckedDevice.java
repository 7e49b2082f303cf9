package org.tensorizer.harness;

import java.util.List;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/** A device whose answers have the sizes that its sessions promise, or are faults: no verdict rests on half an answer. */
final class CheckedDevice extends ForwardingDevice {
    CheckedDevice(Device device) {
        super(device);
    }

    @Override
    public Session open(TfliteModel model) {
        return new Sized(super.open(model));
    }

    @Override
    public Device allowingTokenReuse() {
        return new CheckedDevice(device().allowingTokenReuse());
    }

    private final class Sized extends ForwardingSession {
        Sized(Session session) {
            super(session);
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            List<byte[]> answers = super.run(inputs);
            List<Integer> expected =
                    outputs().stream().map(TensorSpec::byteSize).toList();
            List<Integer> found = answers.stream().map(answer -> answer.length).toList();
            if (!found.equals(expected)) {
                throw new DeviceFault(
                        DeviceFault.Kind.WRONG_SIZE,
                        name(),
                        "outputs of " + found + " bytes, the model has outputs of " + expected);
            }
            return answers;
        }
    }
}
