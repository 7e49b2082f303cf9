package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.Wire;

/**
 * Endpoint 0: the standard requests of USB 2.0 and 3.0, DFU in the boot loader, registers in the application. What the
 * device does not know stalls.
 */
final class ControlRequestHandler {
    /** bConfigurationValue of the only configuration. */
    static final int CONFIGURATION = 1;

    private static final int KIND = 0x60;
    private static final int STANDARD = 0;
    private static final int CLASS = 0x20;
    private static final int VENDOR = 0x40;
    private static final int RECIPIENT = 0x1f;
    private static final int TO_DEVICE = 0;
    private static final int TO_INTERFACE = 1;
    private static final int TO_ENDPOINT = 2;

    private static final int GET_STATUS = 0;
    private static final int CLEAR_FEATURE = 1;
    private static final int SET_ADDRESS = 5;
    private static final int GET_CONFIGURATION = 8;
    private static final int SET_CONFIGURATION = 9;
    private static final int GET_INTERFACE = 10;
    private static final int SET_INTERFACE = 11;
    private static final int SET_SEL = 0x30;
    private static final int SET_ISOCH_DELAY = 0x31;
    private static final int ENDPOINT_HALT = 0;

    private static final byte[] DONE = {};

    private final VirtualCoral device;
    private int configuration = CONFIGURATION;

    ControlRequestHandler(VirtualCoral device) {
        this.device = device;
    }

    void reset() {
        configuration = CONFIGURATION;
    }

    /** Whether the endpoints other than 0 are there. */
    boolean isConfigured() {
        return configuration == CONFIGURATION;
    }

    /**
     * Answers a request.
     *
     * @param data what the host sent with it
     * @return what goes back, possibly longer than was asked for; empty for a stall
     */
    Optional<byte[]> handle(ControlRequest request, ByteBuffer data) {
        return switch (request.type() & KIND) {
            case STANDARD -> request.isIn() ? get(request) : set(request);
            case CLASS ->
                device.isBootLoader() && (request.type() & RECIPIENT) == TO_INTERFACE
                        ? device.boot().request(request, data)
                        : Optional.empty();
            case VENDOR -> device.isBootLoader() ? Optional.empty() : register(request, data);
            default -> Optional.empty();
        };
    }

    private Optional<byte[]> get(ControlRequest request) {
        return switch (request.request()) {
            case GET_STATUS -> status(request);
            case ControlRequest.GET_DESCRIPTOR ->
                device.descriptors().get(request.value() >> 8, request.value() & 0xff);
            case GET_CONFIGURATION -> Optional.of(new byte[] {(byte) configuration});
            case GET_INTERFACE -> request.index() == Wire.INTERFACE ? Optional.of(new byte[1]) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Optional<byte[]> status(ControlRequest request) {
        if ((request.type() & RECIPIENT) != TO_ENDPOINT || request.index() == 0) {
            return Optional.of(new byte[2]);
        }
        if (device.isBootLoader()) {
            return Optional.empty();
        }
        return device.endpoints().isHalted(request.index()).map(halted -> new byte[] {(byte) (halted ? 1 : 0), 0});
    }

    private Optional<byte[]> set(ControlRequest request) {
        boolean done = switch (request.request()) {
            case SET_ADDRESS, SET_SEL, SET_ISOCH_DELAY -> true;
            case SET_CONFIGURATION -> configure(request.value());
            case SET_INTERFACE -> request.index() == Wire.INTERFACE && request.value() == 0 && isConfigured();
            case CLEAR_FEATURE -> feature(request, false);
            case ControlRequest.SET_FEATURE -> feature(request, true);
            default -> false;
        };
        return done ? Optional.of(DONE) : Optional.empty();
    }

    private boolean configure(int value) {
        if (value != 0 && value != CONFIGURATION) {
            return false;
        }
        configuration = value;
        return true;
    }

    /** Features of the device and its interface have to do with sleep of the link: taken, without effect. */
    private boolean feature(ControlRequest request, boolean on) {
        return switch (request.type() & RECIPIENT) {
            case TO_DEVICE, TO_INTERFACE -> true;
            case TO_ENDPOINT ->
                !device.isBootLoader()
                        && request.value() == ENDPOINT_HALT
                        && device.endpoints().halt(request.index(), on);
            default -> false;
        };
    }

    private Optional<byte[]> register(ControlRequest request, ByteBuffer data) {
        int bytes = switch (request.request()) {
            case Wire.ACCESS_32 -> Integer.BYTES;
            case Wire.ACCESS_64 -> Long.BYTES;
            default -> 0;
        };
        if (bytes == 0 || request.length() != bytes || (request.type() & RECIPIENT) != TO_DEVICE) {
            return Optional.empty();
        }
        int address = Register.address(request);
        ByteBuffer little = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (!request.isIn()) {
            long value = bytes == Long.BYTES ? little.getLong() : little.getInt() & 0xffffffffL;
            return device.writeRegister(address, bytes, value) ? Optional.of(DONE) : Optional.empty();
        }
        OptionalLong value = device.registers().read(address, bytes);
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value.getAsLong())
                        .array());
    }
}
