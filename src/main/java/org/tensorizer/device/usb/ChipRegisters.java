package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/** Reads and writes the chip's registers. One thread at a time. */
final class ChipRegisters {
    /** Between two looks at a register that is waited for. */
    private static final long PAUSE_NANOS = 100_000;

    private final UsbTransport transport;
    private final String device;
    private final int deadlineMillis;
    private final ByteBuffer value = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    ChipRegisters(UsbTransport transport, String device, int deadlineMillis) {
        this.transport = transport;
        this.device = device;
        this.deadlineMillis = deadlineMillis;
    }

    /** @return unsigned in its width */
    long read(Register register) {
        value.putLong(0, 0);
        int bytes = transfer(register, register.read(), "read");
        if (bytes != register.bits() / 8) {
            throw new UsbFault(
                    UsbFault.Cause.TRANSFER,
                    device,
                    "read " + register + ": expected " + register.bits() / 8 + " bytes, found " + bytes);
        }
        return value.getLong(0);
    }

    void write(Register register, long bits) {
        value.putLong(0, bits);
        transfer(register, register.write(), "write");
    }

    private int transfer(Register register, ControlRequest request, String verb) {
        try {
            return transport.control(request, value, deadlineMillis);
        } catch (UsbException e) {
            throw UsbFault.of(device, verb + " " + register, e.status(), e);
        }
    }

    /**
     * Reads until the register is as expected.
     *
     * @param expected for the message
     * @throws UsbFault of cause NO_RESET: it is not by the deadline
     */
    void await(Register register, String expected, LongPredicate condition) {
        long end = System.nanoTime() + deadlineMillis * 1_000_000L;
        long found = read(register);
        while (!condition.test(found)) {
            if (System.nanoTime() - end > 0) {
                throw new UsbFault(
                        UsbFault.Cause.NO_RESET,
                        device,
                        String.format(
                                "%s: expected %s within %d ms, found 0x%x", register, expected, deadlineMillis, found));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            found = read(register);
        }
    }
}
