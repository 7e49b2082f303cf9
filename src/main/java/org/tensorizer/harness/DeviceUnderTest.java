package org.tensorizer.harness;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceChoice;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Devices;
import org.tensorizer.device.Setting;
import org.tensorizer.model.BadInputException;

/** The one device of a run: opened when the first experiment asks for it, closed by JUnit after the last. */
final class DeviceUnderTest implements AutoCloseable {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(DeviceUnderTest.class);

    private Device device;
    private RuntimeException failure;

    private DeviceUnderTest(DeviceSource source) {
        try {
            device = source.open();
        } catch (DeviceFault | BadInputException e) {
            failure = e;
        }
    }

    /** @throws DeviceFault or BadInputException if it could not be opened: each experiment gets the same one, without
     *     another attempt */
    static Device of(ExtensionContext context) {
        DeviceUnderTest opened = context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        DeviceUnderTest.class, key -> new DeviceUnderTest(source(context)), DeviceUnderTest.class);
        if (opened.failure != null) {
            throw opened.failure;
        }
        return opened.device;
    }

    private static DeviceSource source(ExtensionContext context) {
        return context.getConfigurationParameter("tensorizer.device.source")
                .map(name -> (DeviceSource) ReflectionSupport.newInstance(ReflectionSupport.tryToLoadClass(name)
                        .getOrThrow(
                                e -> new IllegalArgumentException("tensorizer.device.source: no class " + name, e))))
                .orElseGet(() -> () -> Devices.open(choice(context)));
    }

    private static DeviceChoice choice(ExtensionContext context) {
        return context.getConfigurationParameter(Setting.DEVICE.name())
                .filter(text -> !text.isBlank())
                .map(DeviceChoice::parse)
                .orElseGet(DeviceChoice::ofUser);
    }

    @Override
    public void close() {
        if (device != null) {
            device.close();
        }
    }
}
