package org.tensorizer.harness;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;

/** The one device of a run: opened when the first experiment asks for it, closed by JUnit after the last. */
final class DeviceUnderTest implements AutoCloseable {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(DeviceUnderTest.class);

    private Device device;
    private DeviceFault fault;

    private DeviceUnderTest(DeviceSource source) {
        try {
            device = source.open();
        } catch (DeviceFault e) {
            fault = e;
        }
    }

    /** @throws DeviceFault if it could not be opened: the same one for each experiment, without trying again */
    static Device of(ExtensionContext context) {
        DeviceUnderTest opened = context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        DeviceUnderTest.class, key -> new DeviceUnderTest(source(context)), DeviceUnderTest.class);
        if (opened.fault != null) {
            throw new DeviceFault(
                    opened.fault.kind(),
                    opened.fault.device(),
                    opened.fault.getMessage(),
                    opened.fault.log(),
                    opened.fault);
        }
        return opened.device;
    }

    private static DeviceSource source(ExtensionContext context) {
        return context.getConfigurationParameter("tensorizer.device.source")
                .map(name -> (DeviceSource) ReflectionSupport.newInstance(ReflectionSupport.tryToLoadClass(name)
                        .getOrThrow(
                                e -> new IllegalArgumentException("tensorizer.device.source: no class " + name, e))))
                .orElseThrow();
    }

    @Override
    public void close() {
        if (device != null) {
            device.close();
        }
    }
}
