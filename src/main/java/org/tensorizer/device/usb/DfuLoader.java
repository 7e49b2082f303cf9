package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts an image into an Edge TPU that waits for one, in blocks, and reads it back. Requests and states are those of USB
 * DFU 1.1, the order that of libedgetpu's traces.
 */
final class DfuLoader {
    private static final int MOST_DESCRIPTOR_BYTES = 4096;

    private final UsbTransport transport;
    private final String device;
    private final int deadlineMillis;

    DfuLoader(UsbTransport transport, String device, int deadlineMillis) {
        this.transport = transport;
        this.device = device;
        this.deadlineMillis = deadlineMillis;
    }

    /**
     * Loads the image; the interface is released afterwards, and a reset starts it.
     *
     * @throws UsbFault of cause BOOT, with block or byte: the device refuses the image, or holds another one afterwards
     */
    void load(Firmware firmware) {
        int block = transferSize();
        transport.claim(Wire.INTERFACE);
        byte[] image = firmware.image();
        int number = 0;
        for (int at = 0; at < image.length; at += block) {
            download(number++, image, at, Math.min(block, image.length - at), Dfu.STATE_DNLOAD_IDLE);
        }
        download(number, image, 0, 0, Dfu.STATE_IDLE);
        compare(image, block);
        transport.release(Wire.INTERFACE);
    }

    private int transferSize() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(MOST_DESCRIPTOR_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int length = transport.control(
                ControlRequest.descriptor(ControlRequest.CONFIGURATION_DESCRIPTOR, MOST_DESCRIPTOR_BYTES),
                bytes,
                deadlineMillis);
        for (int at = 0; at + 2 <= length; at += bytes.get(at) & 0xff) {
            int size = bytes.get(at) & 0xff;
            if (size < 2) {
                break;
            }
            if ((bytes.get(at + 1) & 0xff) == Dfu.FUNCTIONAL_DESCRIPTOR && size >= 7 && at + 7 <= length) {
                int transfer = bytes.getShort(at + 5) & 0xffff;
                if (transfer > 0) {
                    return transfer;
                }
            }
        }
        throw boot("expected a DFU functional descriptor with a transfer size in the configuration of " + length
                + " bytes, found none");
    }

    private void download(int block, byte[] image, int at, int length, int expected) {
        ByteBuffer data = ByteBuffer.allocateDirect(Math.max(1, length))
                .put(image, at, length)
                .flip();
        transport.control(
                new ControlRequest(Dfu.CLASS_REQUEST, Dfu.DNLOAD, block, Wire.INTERFACE, length), data, deadlineMillis);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
        int state = status(block);
        while (state == Dfu.STATE_DNLOAD_BUSY || state == Dfu.STATE_DNLOAD_SYNC || state == Dfu.STATE_MANIFEST) {
            if (System.nanoTime() - end > 0) {
                throw boot("block " + block + ": still busy after " + deadlineMillis + " ms");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            state = status(block);
        }
        if (state != expected) {
            throw boot("block " + block + ": expected state " + expected + ", found " + state);
        }
    }

    private int status(int block) {
        ByteBuffer status = ByteBuffer.allocateDirect(Dfu.STATUS_BYTES);
        int length = transport.control(in(Dfu.GETSTATUS, 0, Dfu.STATUS_BYTES), status, deadlineMillis);
        if (length != Dfu.STATUS_BYTES) {
            throw boot("block " + block + ": expected a status of " + Dfu.STATUS_BYTES + " bytes, found " + length);
        }
        if (status.get(0) != 0) {
            throw boot("block " + block + ": the device reports error " + (status.get(0) & 0xff) + ", state "
                    + status.get(4));
        }
        return status.get(4);
    }

    private void compare(byte[] image, int block) {
        ByteBuffer data = ByteBuffer.allocateDirect(block);
        int number = 0;
        for (int at = 0; at < image.length; ) {
            int length = transport.control(in(Dfu.UPLOAD, number++, block), data, deadlineMillis);
            for (int i = 0; i < Math.min(length, image.length - at); i++) {
                if (data.get(i) != image[at + i]) {
                    throw boot(String.format(
                            "read back: byte %d: expected 0x%02x, found 0x%02x", at + i, image[at + i], data.get(i)));
                }
            }
            at += length;
            if (length < block && at < image.length) {
                throw boot("read back: expected " + image.length + " bytes, found " + at);
            }
        }
    }

    private static ControlRequest in(int request, int value, int length) {
        return new ControlRequest(
                Dfu.CLASS_REQUEST | ControlRequest.DEVICE_TO_HOST, request, value, Wire.INTERFACE, length);
    }

    private UsbFault boot(String what) {
        return new UsbFault(UsbFault.Cause.BOOT, device, "boot: " + what);
    }
}
