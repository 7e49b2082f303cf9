package org.tensorizer.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.base.Setting;
import org.tensorizer.device.compare.CompareDevice;
import org.tensorizer.device.record.RecordingDevice;

/**
 * Opens the devices of a run as its settings say: which ones, whether their answers are recorded, and whether every
 * inference is compared with a second device.
 */
final class DeviceOpening {
    private static final Setting SOURCE = new Setting("tensorizer.device.source");
    private static final Setting RECORDS = new Setting("tensorizer.records");
    private static final String DEFAULT_RECORDS = "target/records";
    private static final String NO_RECORDS = "none";

    private final ExtensionContext context;

    DeviceOpening(ExtensionContext context) {
        this.context = context;
    }

    /**
     * All devices, those named first first.
     *
     * @throws org.tensorizer.device.DeviceFault one of them is not there; none stays open
     * @throws org.tensorizer.base.BadInputException a setting is wrong; none stays open
     */
    List<Device> open() {
        List<Device> opened = new ArrayList<>();
        try {
            if (value(SOURCE).isPresent()) {
                for (String type : names(value(SOURCE).get())) {
                    opened.add(compared(recorded(new CheckedDevice(source(type)), NO_RECORDS)));
                }
            } else {
                for (String name : names(value(Setting.DEVICE).orElse("auto"))) {
                    opened.add(compared(
                            recorded(new CheckedDevice(Devices.open(DeviceChoice.parse(name))), DEFAULT_RECORDS)));
                }
            }
            return opened;
        } catch (RuntimeException e) {
            opened.forEach(Device::close);
            throw e;
        }
    }

    /** The devices that {@code -Dtensorizer.device} names, separated by commas. */
    static List<String> names(String devices) {
        return List.of(devices.strip().split("\\s*,\\s*"));
    }

    private static Device source(String type) {
        Class<?> found = ReflectionSupport.tryToLoadClass(type)
                .getOrThrow(e -> new IllegalArgumentException(SOURCE + ": no class " + type, e));
        return ((DeviceSource) ReflectionSupport.newInstance(found)).open();
    }

    private Device recorded(Device device, String otherwise) {
        String folder = value(RECORDS).orElse(otherwise);
        if (folder.equals(NO_RECORDS)) {
            return device;
        }
        try {
            Path file = RecordingDevice.freshFile(InputFile.path(folder), device.name());
            return RecordingDevice.of(
                    device, file, Map.of("revision", Revision.ofWorkingFolder().text()));
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private Device compared(Device device) {
        Optional<String> second = value(Setting.COMPARE);
        if (second.isEmpty()) {
            return device;
        }
        try {
            return CompareDevice.of(device, Devices.open(DeviceChoice.parse(second.get())));
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** JUnit's parameter of that name, which a system property is too, or the environment's. */
    private Optional<String> value(Setting setting) {
        return context.getConfigurationParameter(setting.name())
                .filter(text -> !text.isBlank())
                .or(setting::value);
    }
}
