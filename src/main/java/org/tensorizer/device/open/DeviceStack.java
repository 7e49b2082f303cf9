package org.tensorizer.device.open;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.device.compare.CompareDevice;
import org.tensorizer.device.record.RecordingDevice;
import org.tensorizer.model.TfliteModel;

/**
 * A device and what stands in front of it, put together from the inside out: the device itself, in a child process where
 * it may end its own; the guard of its tokens; the check of its answers' sizes; the record; the comparison. Each step stands
 * in front of what is there already. Where one fails, everything that was opened is closed.
 */
public final class DeviceStack {
    private Device device;

    private DeviceStack(Device device) {
        this.device = device;
    }

    /** A device of the user's choice, see {@link Devices#open(DeviceChoice)}. */
    public static DeviceStack of(DeviceChoice choice) {
        return new DeviceStack(Devices.open(choice));
    }

    /** A device that is open already; owned from now on. */
    public static DeviceStack on(Device device) {
        return new DeviceStack(device);
    }

    public DeviceStack checked() {
        return add(Checked::new);
    }

    /**
     * All questions and answers are written to a new file; not those that come out of a record.
     *
     * @param folder made if it is not there
     * @param facts about the run, for the record's header
     * @throws org.tensorizer.base.BadInputException the file cannot be made
     */
    public DeviceStack recorded(Path folder, Map<String, String> facts) {
        return add(inner -> RecordingDevice.of(inner, RecordingDevice.freshFile(folder, inner.name()), facts));
    }

    /** Every inference is run on a second device too. */
    public DeviceStack compared(DeviceChoice second) {
        return add(inner -> CompareDevice.of(inner, Devices.open(second)));
    }

    private DeviceStack add(UnaryOperator<Device> step) {
        try {
            device = step.apply(device);
            return this;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** The outermost; closing it closes all. */
    public Device device() {
        return device;
    }

    /** A device whose answers have the sizes that its sessions promise, or are faults: no verdict rests on half an answer. */
    private static final class Checked extends ForwardingDevice {
        Checked(Device device) {
            super(device);
        }

        @Override
        public Session open(TfliteModel model) {
            return new Sized(super.open(model));
        }

        @Override
        public Device allowingTokenReuse() {
            return new Checked(device().allowingTokenReuse());
        }

        private final class Sized extends ForwardingSession {
            Sized(Session session) {
                super(session);
            }

            @Override
            public Optional<WeightSwap> weightSwap() {
                return session().weightSwap();
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                List<byte[]> answers = super.run(inputs);
                List<Integer> expected =
                        outputs().stream().map(TensorSpec::byteSize).toList();
                List<Integer> found =
                        answers.stream().map(answer -> answer.length).toList();
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
}
