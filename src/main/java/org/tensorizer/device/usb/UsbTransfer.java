package org.tensorizer.device.usb;

import java.nio.ByteBuffer;

/**
 * One transfer of one endpoint, reusable: it may be submitted again as soon as its completion was called, even from
 * inside the completion. Transfers of one endpoint complete in the order they were submitted in.
 *
 * <p>Thread safety: {@link #cancel} may be called by any thread, the rest by one thread at a time.
 */
public interface UsbTransfer {
    /**
     * Called exactly once for each submit, by a thread of the transport or inside {@link UsbTransfer#submit}; must be
     * quick and must not throw.
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
     * @throws UsbException the transfer could not be started; there will be no completion
     * @throws IllegalStateException it is under way already, or its transport is closed
     */
    void submit(ByteBuffer data, Completion completion);

    /** Asks for an early end; the completion is still called. Nothing happens if the transfer is not under way. To be given
     * back it has not: its transport does that, see {@link UsbTransport#close}. */
    void cancel();
}
