package org.tensorizer.device.virtual;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.Firmware;
import org.tensorizer.device.usb.Wire.Dfu;

/**
 * The boot loader: USB DFU 1.1. It takes an image for what it is and looks at nothing but the order of the blocks and the
 * length, since another length is another firmware, which this device does not emulate.
 */
final class BootLoader {
    private static final int OK = 0;
    private static final int ERROR_ADDRESS = 8;
    private static final int ERROR_NOT_DONE = 9;
    private static final int ERROR_STALLED_PACKET = 15;

    private final ByteArrayOutputStream incoming = new ByteArrayOutputStream();
    private int state = Dfu.STATE_IDLE;
    private int status = OK;
    private int nextBlock;
    private byte[] image = {};

    /** Whether a whole image is there, so that the next reset starts it. */
    boolean hasImage() {
        return image.length == Firmware.BYTES && state == Dfu.STATE_IDLE;
    }

    /** A reset of the port without an image: from the start. */
    void reset() {
        clear();
        image = new byte[0];
    }

    /**
     * A class request.
     *
     * @param data what came with it
     * @return what goes back, nothing for a request to the device; empty for a stall
     */
    Optional<byte[]> request(ControlRequest request, ByteBuffer data) {
        Optional<byte[]> answer = request.isIn() ? in(request) : out(request, data);
        if (answer.isEmpty()) {
            fail(ERROR_STALLED_PACKET);
        }
        return answer;
    }

    private Optional<byte[]> in(ControlRequest request) {
        return switch (request.request()) {
            case Dfu.UPLOAD -> upload(request);
            case Dfu.GETSTATUS -> Optional.of(statusBytes());
            case Dfu.GETSTATE -> Optional.of(new byte[] {(byte) state});
            default -> Optional.empty();
        };
    }

    private Optional<byte[]> out(ControlRequest request, ByteBuffer data) {
        boolean done = switch (request.request()) {
            case Dfu.DNLOAD -> download(request, data);
            case Dfu.CLRSTATUS, Dfu.ABORT -> {
                clear();
                yield true;
            }
            default -> false;
        };
        return done ? Optional.of(new byte[0]) : Optional.empty();
    }

    private void clear() {
        state = Dfu.STATE_IDLE;
        status = OK;
        nextBlock = 0;
        incoming.reset();
    }

    private void fail(int why) {
        state = Dfu.STATE_ERROR;
        status = why;
    }

    private boolean download(ControlRequest request, ByteBuffer data) {
        boolean first = state == Dfu.STATE_IDLE;
        if (!first && state != Dfu.STATE_DNLOAD_IDLE || data.remaining() > Descriptors.DFU_TRANSFER) {
            return false;
        }
        if (data.remaining() == 0) {
            return !first && manifest();
        }
        if (request.value() != nextBlock) {
            fail(ERROR_ADDRESS);
            return true; // the error shows in the status
        }
        nextBlock = nextBlock + 1 & 0xffff;
        byte[] block = new byte[data.remaining()];
        data.get(block);
        if (incoming.size() + block.length > Firmware.BYTES) {
            fail(ERROR_ADDRESS);
            return true;
        }
        incoming.writeBytes(block);
        state = Dfu.STATE_DNLOAD_SYNC;
        return true;
    }

    private boolean manifest() {
        if (incoming.size() == Firmware.BYTES) {
            image = incoming.toByteArray();
            state = Dfu.STATE_MANIFEST_SYNC;
        } else {
            fail(ERROR_NOT_DONE);
        }
        return true;
    }

    /** Asking for the status is what makes the boot loader go on. */
    private byte[] statusBytes() {
        if (state == Dfu.STATE_DNLOAD_SYNC) {
            state = Dfu.STATE_DNLOAD_IDLE;
        } else if (state == Dfu.STATE_MANIFEST_SYNC) {
            clear();
        }
        return ByteBuffer.allocate(Dfu.STATUS_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) status)
                .put(new byte[3]) // ms to wait
                .put((byte) state)
                .array();
    }

    private Optional<byte[]> upload(ControlRequest request) {
        boolean first = state == Dfu.STATE_IDLE;
        if (!first && state != Dfu.STATE_UPLOAD_IDLE || request.value() != (first ? 0 : nextBlock)) {
            return Optional.empty();
        }
        nextBlock = request.value() + 1;
        int start = Math.min(request.value() * Descriptors.DFU_TRANSFER, image.length);
        int length = Math.min(Math.min(request.length(), Descriptors.DFU_TRANSFER), image.length - start);
        if (length < request.length()) {
            clear();
        } else {
            state = Dfu.STATE_UPLOAD_IDLE;
        }
        return Optional.of(Arrays.copyOfRange(image, start, start + length));
    }
}
