package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransfer;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.usb.Wire;

/** A virtual Coral that is open. Control transfers are done at once; deadlines are kept by the rest. */
final class VirtualTransport implements UsbTransport {
    private final VirtualCoral device;
    private final UsbPort port;
    private final List<VirtualTransfer> transfers = new ArrayList<>();
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
    public synchronized UsbTransfer transfer(int endpoint) {
        if (closed) {
            throw new IllegalStateException(port + " is closed");
        }
        transfers.removeIf(VirtualTransfer::isClosed);
        VirtualTransfer transfer = new VirtualTransfer(this, endpoint);
        transfers.add(transfer);
        return transfer;
    }

    @Override
    public void reset() {
        device.reset(this);
    }

    @Override
    public void close() {
        List<VirtualTransfer> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(transfers);
            transfers.clear();
        }
        device.release(this);
        for (VirtualTransfer transfer : all) {
            transfer.cancel();
        }
        for (VirtualTransfer transfer : all) {
            transfer.awaitTold();
        }
    }
}
