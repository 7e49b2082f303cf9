package org.tensorizer.cli;

import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceKind;
import org.tensorizer.device.open.Devices;
import picocli.CommandLine.Option;

/** {@code --device}, the same words as {@code -Dtensorizer.device}. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = DeviceKind.FORMS
                    + ". Default: auto, a Coral if there is one, else the emulator (cpu for uncompiled models).")
    private String device;

    /** Opens the device; the caller closes it. */
    Device open() {
        return Devices.open(choice());
    }

    private DeviceChoice choice() {
        return device == null ? DeviceChoice.ofUser() : DeviceChoice.parse(device);
    }

    /** Opens the device that suits a model: uncompiled ones run on TFLite's own kernels unless something else was named. */
    Device open(boolean compiled) {
        DeviceChoice choice = choice();
        return Devices.open(choice.kind() == DeviceKind.AUTO && !compiled ? DeviceChoice.CPU : choice);
    }
}
