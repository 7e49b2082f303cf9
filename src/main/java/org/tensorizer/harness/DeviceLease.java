package org.tensorizer.harness;

import org.tensorizer.device.Device;
import org.tensorizer.device.compare.CompareDevice;
import org.tensorizer.device.compare.ComparisonReport;

/** A device while one experiment has it. JUnit closes it with the experiment, which gives the device back. */
final class DeviceLease implements AutoCloseable {
    private final Device device;
    private final DevicePool pool;
    private final ComparisonReport before;

    DeviceLease(Device device, DevicePool pool) {
        this.device = device;
        this.pool = pool;
        this.before = device instanceof CompareDevice compared ? compared.report() : null;
    }

    Device device() {
        return device;
    }

    /** What the comparison with a second device found during this experiment, as facts for its report. */
    void addComparison(Evidence evidence) {
        if (device instanceof CompareDevice compared) {
            ComparisonReport now = compared.report();
            long inferences = now.inferences() - before.inferences();
            evidence.fact(
                    "compared with " + now.second(),
                    inferences + " inferences, "
                            + (now.differingInferences() - before.differingInferences()) + " differ in "
                            + (now.differingValues() - before.differingValues()) + " values; not compared: "
                            + (now.notCompared() - before.notCompared()));
        }
    }

    @Override
    public void close() {
        pool.giveBack(device);
    }
}
