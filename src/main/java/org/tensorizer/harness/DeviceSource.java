package org.tensorizer.harness;

import org.tensorizer.device.Device;

/**
 * A device of one's own for the experiments, named by {@code -Dtensorizer.device.source=CLASS}. The class needs a public
 * constructor without parameters; the device is opened once a run and closed at its end. Several classes, or one several
 * times, separated by commas, make a pool. What such a device answers is recorded only if {@code -Dtensorizer.records=DIR}
 * asks for it.
 */
@FunctionalInterface
public interface DeviceSource {
    /** @throws org.tensorizer.device.DeviceFault if there is no device to be had */
    Device open();
}
