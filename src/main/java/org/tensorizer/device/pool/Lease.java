package org.tensorizer.device.pool;

import org.tensorizer.device.Device;

/** A device for one experiment; close gives it back to its pool, twice is harmless. The device itself stays open. */
public final class Lease implements AutoCloseable {
    private final Device device;
    private final Runnable giveBack;
    private boolean closed;

    Lease(Device device, Runnable giveBack) {
        this.device = device;
        this.giveBack = giveBack;
    }

    public Device device() {
        return device;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            giveBack.run();
        }
    }
}
