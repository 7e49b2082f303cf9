package org.tensorizer.harness;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.compare.CompareDevice;

/**
 * The devices of a run: opened when the first experiment asks for one, leased to one experiment at a time each, closed by
 * JUnit after the last. An experiment waits while all are taken, so one device serializes what runs in parallel.
 */
final class DevicePool implements AutoCloseable {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(DevicePool.class);

    private final List<Device> devices;
    private final BlockingQueue<Device> free = new LinkedBlockingQueue<>();
    private final RuntimeException failure;
    private final RunFacts facts;

    private DevicePool(ExtensionContext context) {
        facts = RunFacts.of(context);
        List<Device> opened = List.of();
        RuntimeException failed = null;
        try {
            opened = new DeviceOpening(context).open();
        } catch (DeviceFault | BadInputException e) {
            failed = e;
        }
        devices = opened;
        failure = failed;
        free.addAll(devices);
        devices.forEach(facts::device);
    }

    static DevicePool of(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(DevicePool.class, key -> new DevicePool(context), DevicePool.class);
    }

    /**
     * A device for one experiment.
     *
     * @throws DeviceFault or BadInputException if the devices could not be opened: each experiment gets the same one,
     *     without another attempt
     */
    DeviceLease lease() {
        if (failure != null) {
            throw failure;
        }
        try {
            return new DeviceLease(free.take(), this);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a device", e);
        }
    }

    void giveBack(Device device) {
        free.add(device);
    }

    @Override
    public void close() {
        for (Device device : devices) {
            if (device instanceof CompareDevice compared) {
                ComparisonSummary.write(compared.report(), facts);
            }
            device.close();
        }
    }
}
