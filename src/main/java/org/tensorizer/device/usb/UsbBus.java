package org.tensorizer.device.usb;

import java.util.List;

/**
 * Where USB devices are found: those of this machine, or virtual ones.
 *
 * <p>Thread safety: implementations are thread-safe.
 */
public interface UsbBus extends AutoCloseable {
    /** Every device there is at this moment, in order of bus and path. */
    List<UsbPort> devices();

    /**
     * Opens a device; nothing is sent to it.
     *
     * @throws UsbException {@link UsbStatus#NO_DEVICE} if it is not there any more, {@link UsbStatus#ACCESS} without
     *     permission
     */
    UsbTransport open(UsbPort port);

    @Override
    void close();

    /** Waits until a daemon thread that serves a bus is gone; an interrupt of the caller is kept for later. */
    static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
