package org.tensorizer.device.usb.libusb;

import com.sun.jna.CallbackReference;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransfer;
import org.tensorizer.device.usb.Wire;

/** A {@code struct libusb_transfer}, filled by hand. Its completion runs in the bus's event thread. */
final class LibusbTransfer implements UsbTransfer {
    /** One for all, held for ever: libusb keeps its address. */
    private static final LibusbC.Completed COMPLETED = LibusbTransfer::onCompleted;

    private static final Pointer CALLBACK = CallbackReference.getFunctionPointer(COMPLETED);

    /** By address of the structure. */
    private static final Map<Long, LibusbTransfer> ALIVE = new ConcurrentHashMap<>();

    private final LibusbTransport transport;
    private final int endpoint;
    private final Pointer transfer;
    private ByteBuffer data;
    private Completion completion;
    private boolean closed;

    LibusbTransfer(LibusbTransport transport, Pointer handle, int endpoint) {
        this.transport = transport;
        this.endpoint = endpoint;
        transfer = LibusbC.libusb_alloc_transfer(0);
        if (transfer == null) {
            throw new UsbException(UsbStatus.NO_MEMORY, "transfer for endpoint " + endpoint);
        }
        transfer.setPointer(LibusbC.TRANSFER_DEVICE, handle);
        transfer.setByte(LibusbC.TRANSFER_FLAGS, (byte) 0);
        transfer.setByte(LibusbC.TRANSFER_ENDPOINT, (byte) endpoint);
        transfer.setByte(
                LibusbC.TRANSFER_TYPE, endpoint == Wire.INTERRUPT_IN ? LibusbC.TYPE_INTERRUPT : LibusbC.TYPE_BULK);
        transfer.setPointer(LibusbC.TRANSFER_CALLBACK, CALLBACK);
        transfer.setPointer(LibusbC.TRANSFER_USER_DATA, null);
        ALIVE.put(Pointer.nativeValue(transfer), this);
    }

    @Override
    public void submit(ByteBuffer bytes, int timeoutMillis, Completion done) {
        LibusbTransport.requireRoom(bytes, 0);
        synchronized (this) {
            if (completion != null || closed) {
                throw new IllegalStateException(
                        "transfer of endpoint " + endpoint + (closed ? " is closed" : " is under way"));
            }
            data = bytes;
            completion = done;
            transfer.setInt(LibusbC.TRANSFER_TIMEOUT, timeoutMillis);
            transfer.setInt(LibusbC.TRANSFER_LENGTH, bytes.remaining());
            transfer.setInt(LibusbC.TRANSFER_ACTUAL_LENGTH, 0);
            transfer.setPointer(LibusbC.TRANSFER_BUFFER, LibusbTransport.address(bytes));
        }
        try {
            transport.submit(this, transfer, "transfer of endpoint " + endpoint);
        } catch (UsbException | IllegalStateException e) {
            take();
            throw e;
        }
    }

    private synchronized Completion take() {
        Completion taken = completion;
        completion = null;
        data = null;
        return taken;
    }

    private static void onCompleted(Pointer struct) {
        LibusbTransfer ended = ALIVE.get(Pointer.nativeValue(struct));
        if (ended != null) {
            ended.end();
        }
    }

    private void end() {
        UsbStatus status = LibusbC.transferStatus(transfer.getInt(LibusbC.TRANSFER_STATUS));
        int length = transfer.getInt(LibusbC.TRANSFER_ACTUAL_LENGTH);
        Completion done = take();
        try {
            if (done != null) {
                done.completed(status, length);
            }
        } finally {
            transport.ended();
        }
    }

    @Override
    public synchronized void cancel() {
        if (completion != null && !closed) {
            LibusbC.libusb_cancel_transfer(transfer); // one that has just ended answers "not found"
        }
    }

    /** @throws IllegalStateException it is under way */
    @Override
    public void close() {
        synchronized (this) {
            if (completion != null) {
                throw new IllegalStateException("transfer of endpoint " + endpoint + " is under way");
            }
            if (closed) {
                return;
            }
            closed = true;
        }
        ALIVE.remove(Pointer.nativeValue(transfer));
        transport.remove(this);
        LibusbC.libusb_free_transfer(transfer);
    }
}
