package org.tensorizer.device.usb.libusb;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransfer;
import org.tensorizer.device.usb.UsbTransport;

/** An open device of libusb. Owns its handle and its transfers. */
final class LibusbTransport implements UsbTransport {
    private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LibusbBus bus;
    private final Pointer handle;
    private final UsbPort port;
    private final List<LibusbTransfer> transfers = new ArrayList<>();
    private boolean closed;

    /** Calls into libusb with the handle, which is given back after the last of them. */
    private int calls;

    /** Transfers on their way. */
    private int pending;

    LibusbTransport(LibusbBus bus, Pointer handle, UsbPort port) {
        this.bus = bus;
        this.handle = handle;
        this.port = port;
    }

    @Override
    public UsbPort port() {
        return port;
    }

    @Override
    public void claim(int number) {
        call(() -> LibusbC.libusb_claim_interface(handle, number), "claim interface " + number + " of " + port);
    }

    @Override
    public void release(int number) {
        call(() -> LibusbC.libusb_release_interface(handle, number), "release interface " + number + " of " + port);
    }

    @Override
    public int control(ControlRequest request, ByteBuffer data, int timeoutMillis) {
        requireRoom(data, request.length());
        Pointer bytes = address(data);
        return call(
                () -> LibusbC.libusb_control_transfer(
                        handle,
                        (byte) request.type(),
                        (byte) request.request(),
                        (short) request.value(),
                        (short) request.index(),
                        bytes,
                        (short) request.length(),
                        timeoutMillis),
                request.toString());
    }

    @Override
    public void reset() {
        call(() -> LibusbC.libusb_reset_device(handle), "reset " + port);
    }

    private interface Call {
        int code();
    }

    private int call(Call call, String what) {
        synchronized (this) {
            requireOpen();
            calls++;
        }
        try {
            int code = call.code();
            LibusbBus.check(code, what);
            return code;
        } finally {
            synchronized (this) {
                calls--;
                notifyAll();
            }
        }
    }

    @Override
    public synchronized UsbTransfer transfer(int endpoint) {
        requireOpen();
        LibusbTransfer transfer = new LibusbTransfer(this, handle, endpoint);
        transfers.add(transfer);
        return transfer;
    }

    /** Starts a transfer, unless the device is closed. */
    synchronized void submit(LibusbTransfer transfer, Pointer struct, String what) {
        requireOpen();
        LibusbBus.check(LibusbC.libusb_submit_transfer(struct), what);
        pending++;
    }

    synchronized void ended() {
        pending--;
        notifyAll();
    }

    synchronized void remove(LibusbTransfer transfer) {
        transfers.remove(transfer);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(port + ": the device is closed");
        }
    }

    static void requireRoom(ByteBuffer data, int length) {
        if (!data.isDirect() || data.remaining() < length) {
            throw new IllegalArgumentException("buffer: expected a direct one of at least " + length + " bytes, found "
                    + (data.isDirect() ? "" : "a heap buffer of ") + data.remaining());
        }
    }

    /** Of the byte at the buffer's position. */
    static Pointer address(ByteBuffer data) {
        return Native.getDirectBufferPointer(data).share(data.position());
    }

    @Override
    public void close() {
        List<LibusbTransfer> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(transfers);
        }
        all.forEach(LibusbTransfer::cancel);
        boolean quiet = awaitQuiet();
        bus.closed(this);
        if (!quiet) {
            // what libusb still uses must not be freed; the process keeps it, and says so
            throw new UsbException(UsbStatus.TIMED_OUT, "close " + port + ": a transfer does not end");
        }
        all.forEach(LibusbTransfer::close);
        LibusbC.libusb_close(handle);
    }

    private synchronized boolean awaitQuiet() {
        long end = System.nanoTime() + CLOSING_NANOS;
        boolean interrupted = false;
        while (pending > 0 || calls > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                break;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return pending == 0 && calls == 0;
    }
}
