package org.tensorizer.device.usb;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A chip that is awake: its registers, its pipes, and what it holds.
 *
 * <p>One thread at a time, but for {@link #interrupt}.
 */
final class UsbChip {
    private static final int SUPER_CHUNK = 1024;
    private static final int HIGH_CHUNK = 256;

    private final UsbTransport transport;
    private final String device;
    private final ChipControl control;
    private final ChipPipes pipes;
    private CompiledOp.Payload held;

    private UsbChip(UsbTransport transport, String device, UsbSettings settings) {
        this.transport = transport;
        this.device = device;
        int chunk = transport.port().speed().isSuper() ? SUPER_CHUNK : HIGH_CHUNK;
        control = new ChipControl(transport, device, settings.deadlineMillis());
        control.on(settings.performance(), chunk);
        pipes = new ChipPipes(transport, device, chunk, settings.deadlineMillis(), this::explainFatal);
    }

    /**
     * Claims the interface and wakes the chip. The transport is the chip's from here on, also where that fails.
     *
     * @throws UsbFault it does not wake, or somebody else has it
     */
    static UsbChip open(UsbTransport transport, String device, UsbSettings settings) {
        try {
            transport.claim(Wire.INTERFACE);
            return new UsbChip(transport, device, settings);
        } catch (RuntimeException e) {
            transport.close();
            throw e instanceof UsbException usb ? UsbFault.of(device, usb) : e;
        }
    }

    UsbPort port() {
        return transport.port();
    }

    /**
     * Runs a program to its end, on the payload that it needs.
     *
     * @param payload null if it needs none
     * @throws UsbFault the chip must be given up
     */
    void run(CompiledOp.Payload payload, Consumer<ChipPipes> program) {
        load(payload);
        program.accept(pipes);
        pipes.awaitEvents(0);
        pipes.drain();
        pipes.finish();
    }

    /** Sends a payload, unless the chip holds it; returns when the last of it is on its way. */
    void load(CompiledOp.Payload payload) {
        pipes.check();
        if (payload != null && !payload.sameAs(held)) {
            held = null;
            payload.send(pipes);
            held = payload;
        }
    }

    /** Waits until nothing is being sent. */
    void drain() {
        pipes.drain();
    }

    private void explainFatal() {
        long status = control.read(Register.HIB_ERROR_STATUS);
        if (status == 0) {
            return; // a false alarm, which libedgetpu takes for one too
        }
        long first = control.read(Register.HIB_FIRST_ERROR_STATUS);
        throw new UsbFault(
                UsbFault.Cause.FATAL_INTERRUPT,
                device,
                String.format(
                        "fatal interrupt: hib_error_status 0x%x (%s), first 0x%x", status, HibError.of(status), first));
    }

    /** Bits of the error words of the host interface; published in libedgetpu's sources. */
    private enum HibError {
        INBOUND_PAGE_FAULT,
        EXTENDED_PAGE_FAULT,
        CSR_PARITY_ERROR,
        AXI_SLAVE_B_ERROR,
        AXI_SLAVE_R_ERROR,
        INSTRUCTION_QUEUE_BAD_CONFIGURATION,
        INPUT_ACTV_QUEUE_BAD_CONFIGURATION,
        PARAM_QUEUE_BAD_CONFIGURATION,
        OUTPUT_ACTV_QUEUE_BAD_CONFIGURATION,
        INSTRUCTION_QUEUE_INVALID,
        INPUT_ACTV_QUEUE_INVALID,
        PARAM_QUEUE_INVALID,
        OUTPUT_ACTV_QUEUE_INVALID,
        LENGTH_0_DMA,
        VIRT_TABLE_RDATA_UNCORR;

        static String of(long status) {
            List<String> names = new ArrayList<>();
            for (HibError error : values()) {
                if ((status >>> error.ordinal() & 1) != 0) {
                    names.add(error.name().toLowerCase(Locale.ROOT).replace('_', ' '));
                }
            }
            return names.isEmpty() ? "no known bit" : String.join(", ", names);
        }
    }

    /** Makes whoever waits for the chip give up; any thread. */
    void interrupt() {
        pipes.close();
    }

    /** Puts the chip to sleep and gives it back. */
    void close() {
        try {
            pipes.close();
            control.off();
            transport.release(Wire.INTERFACE);
        } catch (UsbException e) {
            throw UsbFault.of(device, e);
        } finally {
            transport.close();
        }
    }

    /** Gives up a chip that failed: resets the port, so that the next one to open it finds it in order. */
    void abandon() {
        try {
            pipes.close();
            transport.reset();
        } catch (UsbException e) {
            // it failed already; whether it can be opened again will show
        } finally {
            transport.close();
        }
    }
}
