package org.tensorizer.device.open;

import java.time.Duration;
import java.util.List;
import org.tensorizer.device.DeviceFault;

/** Faults in a row: a longer pause after each, and quarantine in the end. Thread safety: yes. */
final class FaultCount {
    private final WorkerOptions options;
    private volatile int faults;
    private DeviceFault last;
    private long since;

    FaultCount(WorkerOptions options) {
        this.options = options;
    }

    synchronized void add(DeviceFault fault) {
        faults++;
        last = fault;
        since = System.nanoTime();
    }

    /** An answer came: the device is fine. */
    void clear() {
        if (faults != 0) {
            faults = 0;
        }
    }

    /**
     * Waits out the pause.
     *
     * @throws DeviceFault the device is in quarantine
     */
    synchronized void beforeReopening(String device) {
        if (faults >= options.quarantineAfter()) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    device,
                    "in quarantine after " + faults + " faults in a row; the last one: " + last.getMessage(),
                    last.log(),
                    last);
        }
        Duration left = options.pause(faults).minusNanos(System.nanoTime() - since);
        if (faults > 0 && !left.isNegative()) {
            try {
                Thread.sleep(left.toMillis() + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DeviceFault(
                        DeviceFault.Kind.REFUSED, device, "interrupted before it was reopened", List.of(), e);
            }
        }
    }
}
