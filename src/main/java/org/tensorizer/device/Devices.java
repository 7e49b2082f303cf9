package org.tensorizer.device;

import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.BadInputException;

/** Opens devices by choice. */
public final class Devices {
    private Devices() {}

    /** The device of {@code -Dtensorizer.device}, {@code auto} without it. */
    public static Device open() {
        return open(DeviceChoice.ofUser());
    }

    /**
     * Opens a device; to be closed by the caller.
     *
     * @throws DeviceFault of kind MISSING: a device that was named is not there; never replaced by another
     * @throws BadInputException a record that is none, or no library for this platform
     */
    public static Device open(DeviceChoice choice) {
        if (choice instanceof DeviceChoice.Cpu) {
            return new CpuDevice();
        }
        if (choice instanceof DeviceChoice.Emulator) {
            return new EmulatorDevice();
        }
        throw new DeviceFault(DeviceFault.Kind.MISSING, choice.toString(), "this build cannot open it yet");
    }
}
