package org.tensorizer.device.usb.libusb;

import com.sun.jna.CallbackReference;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.usb.Wire;

/** An open device of libusb. Owns its handle and its transfers. */
final class LibusbTransport implements UsbTransport {
    private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LibusbBus bus;
    private final Pointer handle;
    private final UsbPort port;
    private final List<Transfer> transfers = new ArrayList<>();
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

    private int call(IntSupplier call, String what) {
        synchronized (this) {
            requireOpen();
            calls++;
        }
        try {
            int code = call.getAsInt();
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
    public synchronized UsbTransport.Transfer transfer(int endpoint) {
        requireOpen();
        Transfer transfer = new Transfer(this, handle, endpoint);
        transfers.add(transfer);
        return transfer;
    }

    /** Starts a transfer, unless the device is closed. */
    synchronized void submit(Transfer transfer, Pointer struct, String what) {
        requireOpen();
        LibusbBus.check(LibusbC.libusb_submit_transfer(struct), what);
        pending++;
    }

    synchronized void ended() {
        pending--;
        notifyAll();
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
        List<Transfer> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(transfers);
        }
        all.forEach(Transfer::cancel);
        boolean quiet = awaitQuiet();
        bus.closed(this);
        if (!quiet) {
            // what libusb still uses must not be freed; the process keeps it, and says so
            throw new UsbException(UsbStatus.TIMED_OUT, "close " + port + ": a transfer does not end");
        }
        all.forEach(Transfer::free);
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

    /** A {@code struct libusb_transfer}, filled by hand. Its completion runs in the bus's event thread. */
    static final class Transfer implements UsbTransport.Transfer {
        /** One for all, held for ever: libusb keeps its address. */
        private static final LibusbC.Completed COMPLETED = Transfer::onCompleted;

        private static final Pointer CALLBACK = CallbackReference.getFunctionPointer(COMPLETED);

        /** By address of the structure. */
        private static final Map<Long, Transfer> ALIVE = new ConcurrentHashMap<>();

        private final LibusbTransport transport;
        private final int endpoint;
        private final Pointer transfer;
        private ByteBuffer data;
        private Completion completion;
        private boolean closed;

        Transfer(LibusbTransport transport, Pointer handle, int endpoint) {
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
        public void submit(ByteBuffer bytes, Completion done) {
            requireRoom(bytes, 0);
            synchronized (this) {
                if (completion != null || closed) {
                    throw new IllegalStateException(
                            "transfer of endpoint " + endpoint + (closed ? " is closed" : " is under way"));
                }
                data = bytes;
                completion = done;
                transfer.setInt(LibusbC.TRANSFER_TIMEOUT, 0);
                transfer.setInt(LibusbC.TRANSFER_LENGTH, bytes.remaining());
                transfer.setInt(LibusbC.TRANSFER_ACTUAL_LENGTH, 0);
                transfer.setPointer(LibusbC.TRANSFER_BUFFER, address(bytes));
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
            Transfer ended = ALIVE.get(Pointer.nativeValue(struct));
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

        /** Once nothing is under way any more. */
        private void free() {
            synchronized (this) {
                closed = true;
            }
            ALIVE.remove(Pointer.nativeValue(transfer));
            LibusbC.libusb_free_transfer(transfer);
        }
    }
}
