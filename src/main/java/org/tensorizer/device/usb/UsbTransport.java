package org.tensorizer.device.usb;

import java.nio.ByteBuffer;

/**
 * One USB device that is open. Nothing here knows what the device is for.
 *
 * <p>Thread safety: implementations are thread-safe; {@link #close} may be called while transfers are under way.
 */
public interface UsbTransport extends AutoCloseable {
    UsbPort port();

    /** @throws UsbException {@link UsbStatus#BUSY} if somebody else holds the interface */
    void claim(int number);

    void release(int number);

    /**
     * A control transfer, done when this returns.
     *
     * @param data what is sent, or room for what comes: {@link ControlRequest#length()} bytes from the position on, which
     *     does not move
     * @param timeoutMillis not 0
     * @return bytes transferred
     * @throws UsbException it failed or timed out
     */
    int control(ControlRequest request, ByteBuffer data, int timeoutMillis);

    /**
     * A transfer to or from an endpoint, to be submitted as often as one likes.
     *
     * @param endpoint its address, with bit 7 for IN: {@link Wire#BULK_OUT}, {@link Wire#OUTPUT_IN}, ...
     */
    UsbTransfer transfer(int endpoint);

    /**
     * Resets the port. Transfers under way end as cancelled or with no device; interfaces are not claimed any more.
     *
     * @throws UsbException {@link UsbStatus#NOT_FOUND} or {@link UsbStatus#NO_DEVICE} if the device came back as another
     *     one, as a boot loader does: close and enumerate again
     */
    void reset();

    /** Cancels what is under way, waits until each completion has been called, and gives everything back. Idempotent. */
    @Override
    void close();
}
