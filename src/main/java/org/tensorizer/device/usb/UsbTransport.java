package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One USB device that is open. Nothing here knows what the device is for.
 *
 * <p>Thread safety: implementations are thread-safe; {@link #close} may be called while transfers are under way.
 */
public interface UsbTransport extends AutoCloseable {
    /** Room for the descriptors of a configuration; what is longer ends there. */
    int MOST_CONFIGURATION_BYTES = 4096;

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
     * The descriptors of the first configuration, each with its length and its kind in its first two bytes, little-endian.
     * Ends at the first that is not whole.
     *
     * @throws UsbException the device does not answer
     */
    default List<ByteBuffer> configuration(int timeoutMillis) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(MOST_CONFIGURATION_BYTES);
        bytes.limit(control(
                ControlRequest.descriptor(ControlRequest.CONFIGURATION_DESCRIPTOR, MOST_CONFIGURATION_BYTES),
                bytes,
                timeoutMillis));
        List<ByteBuffer> descriptors = new ArrayList<>();
        int length = 0;
        for (int at = 0; at + 2 <= bytes.limit(); at += length) {
            length = bytes.get(at) & 0xff;
            if (length < 2 || at + length > bytes.limit()) {
                break;
            }
            descriptors.add(bytes.slice(at, length).order(ByteOrder.LITTLE_ENDIAN));
        }
        return descriptors;
    }

    /**
     * A transfer to or from an endpoint, to be submitted as often as one likes.
     *
     * @param endpoint its address, with bit 7 for IN: {@link Wire#BULK_OUT}, {@link Wire#OUTPUT_IN}, ...
     */
    Transfer transfer(int endpoint);

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

    /**
     * One transfer of one endpoint, reusable: it may be submitted again as soon as its completion was called, even from
     * inside the completion. Transfers of one endpoint complete in the order they were submitted in.
     *
     * <p>A transfer is given back by closing its transport. Thread safety: {@link #cancel} may be called by any thread, the rest
     * by one thread at a time.
     */
    interface Transfer {
        /**
         * Called exactly once for each submit, by a thread of the transport or inside {@link #submit}; must be quick and
         * must not throw.
         */
        @FunctionalInterface
        interface Completion {
            /** @param length bytes transferred, also where the status is no success */
            void completed(UsbStatus status, int length);
        }

        /**
         * Starts.
         *
         * @param data direct; the bytes from position to limit are sent, or are the room for what comes. Neither moves, and
         *     the buffer is not to be touched until completion
         * @throws UsbException the transfer could not be started, as with a device that is gone; there will be no completion
         * @throws IllegalStateException it is under way already, or its transport is closed, which some transports report as
         *     a device that is gone
         */
        void submit(ByteBuffer data, Completion completion);

        /** Asks for an early end; the completion is still called. Nothing happens if the transfer is not under way. */
        void cancel();
    }
}
