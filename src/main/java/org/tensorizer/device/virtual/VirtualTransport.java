package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.usb.Wire;

/** A virtual Coral that is open. Control transfers are done at once. */
final class VirtualTransport implements UsbTransport {
    private final VirtualCoral device;
    private final UsbPort port;
    private final List<Transfer> transfers = new ArrayList<>();
    private volatile boolean closed;

    VirtualTransport(VirtualCoral device, UsbPort port) {
        this.device = device;
        this.port = port;
    }

    VirtualCoral device() {
        return device;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public UsbPort port() {
        return port;
    }

    @Override
    public void claim(int number) {
        if (number != Wire.INTERFACE) {
            throw new UsbException(UsbStatus.NOT_FOUND, "claim interface " + number);
        }
        device.claim(this);
    }

    @Override
    public void release(int number) {
        device.release(this);
    }

    @Override
    public int control(ControlRequest request, ByteBuffer data, int timeoutMillis) {
        return device.control(this, request, data);
    }

    @Override
    public synchronized UsbTransport.Transfer transfer(int endpoint) {
        if (closed) {
            throw new IllegalStateException(port + " is closed");
        }
        Transfer transfer = new Transfer(this, endpoint);
        transfers.add(transfer);
        return transfer;
    }

    @Override
    public void reset() {
        device.reset(this);
    }

    @Override
    public void close() {
        List<Transfer> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(transfers);
            transfers.clear();
        }
        device.release(this);
        for (Transfer transfer : all) {
            transfer.cancel();
        }
        for (Transfer transfer : all) {
            transfer.awaitTold();
        }
    }

    /** One of its transfers. Its fields are guarded by the device's lock from submit to completion. */
    static final class Transfer implements UsbTransport.Transfer {
        private final VirtualTransport transport;
        private final int endpoint;
        private ByteBuffer data;
        private Completion completion;
        private int length;
        private boolean underWay;
        private int untold; // completions that are still to be called; guarded by this

        Transfer(VirtualTransport transport, int endpoint) {
            this.transport = transport;
            this.endpoint = endpoint;
        }

        int endpoint() {
            return endpoint;
        }

        VirtualTransport transport() {
            return transport;
        }

        @Override
        public void submit(ByteBuffer buffer, Completion whenDone) {
            transport.device().submit(this, buffer.duplicate(), whenDone);
        }

        @Override
        public void cancel() {
            transport.device().end(this, UsbStatus.CANCELLED);
        }

        void start(ByteBuffer buffer, Completion whenDone) {
            if (underWay) {
                throw new IllegalStateException(
                        "transfer on endpoint 0x" + Integer.toHexString(endpoint) + " is under way already");
            }
            data = buffer;
            completion = whenDone;
            length = 0;
            underWay = true;
            synchronized (this) {
                untold++;
            }
        }

        /** Room that is left, or bytes not taken yet. */
        int remaining() {
            return data.remaining();
        }

        void put(ByteBuffer chunk, int bytes) {
            data.put(chunk.slice().limit(bytes));
            chunk.position(chunk.position() + bytes);
            length += bytes;
        }

        /** All that the host sends; good until the transfer ends. */
        ByteBuffer takeAll() {
            length = data.remaining();
            return data;
        }

        boolean isUnderWay() {
            return underWay;
        }

        /** Ends it; what is to be called is given back to be called without the lock. */
        Completion finish() {
            underWay = false;
            data = null;
            return completion;
        }

        int length() {
            return length;
        }

        synchronized void told() {
            untold--;
            notifyAll();
        }

        synchronized void awaitTold() {
            boolean interrupted = false;
            while (untold > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
