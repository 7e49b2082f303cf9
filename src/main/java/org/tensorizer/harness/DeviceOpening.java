package org.tensorizer.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.device.open.DeviceStack;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.base.Setting;

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
                for (String type : value(SOURCE).get().strip().split("\\s*,\\s*")) {
                    opened.add(stacked(DeviceStack.on(source(type)), NO_RECORDS));
                }
            } else {
                for (DeviceChoice choice : DeviceChoice.parseAll(value(Setting.DEVICE).orElse("auto"))) {
                    opened.add(stacked(DeviceStack.of(choice), DEFAULT_RECORDS));
                }
            }
            return opened;
        } catch (RuntimeException e) {
            opened.forEach(Device::close);
            throw e;
        }
    }

    private static Device source(String type) {
        Class<?> found = ReflectionSupport.tryToLoadClass(type)
                .getOrThrow(e -> new IllegalArgumentException(SOURCE + ": no class " + type, e));
        return ((DeviceSource) ReflectionSupport.newInstance(found)).open();
    }

    private Device stacked(DeviceStack stack, String defaultRecords) {
        stack.checked();
        String folder = value(RECORDS).orElse(defaultRecords);
        if (!folder.equals(NO_RECORDS)) {
            stack.recorded(
                    InputFile.path(folder),
                    Map.of("revision", Revision.ofWorkingFolder().text()));
        }
        value(Setting.COMPARE).map(DeviceChoice::parse).ifPresent(stack::compared);
        return stack.device();
    }

    /** JUnit's parameter of that name, which a system property is too, or the environment's. */
    private Optional<String> value(Setting setting) {
        return context.getConfigurationParameter(setting.name())
                .filter(text -> !text.isBlank())
                .or(setting::value);
    }
}
