package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.tensorizer.Fixture;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;

/** Whatever can go wrong on the wire is a typed fault in this process; afterwards the same session works again. */
class UsbFaultTest {
    private static final UsbSettings QUICK = UsbSettings.DEFAULT.withDeadline(60);
    private static final byte[] INPUT = new byte[256];

    static {
        new Random(5).nextBytes(INPUT);
    }

    private final ScriptedBus bus = new ScriptedBus().knows("fixture", Fixture.compiledBytes());

    private UsbDevice open() {
        return UsbDevice.open(bus, "usb:0", UsbSelector.index(0), QUICK, Optional::empty);
    }

    /** Runs once in order, once with the fault, and twice in order again. */
    private UsbFault faulty(Runnable fault, Runnable mend) {
        try (UsbDevice device = open();
                Session session = device.open("fixture", Fixture.compiledBytes())) {
            byte[] good = session.run(INPUT);
            fault.run();
            UsbFault seen = assertThrows(UsbFault.class, () -> session.run(INPUT));
            mend.run();
            assertArrayEquals(good, session.run(INPUT));
            assertArrayEquals(good, session.run(INPUT));
            assertEquals(2, bus.chip.parametersSent, "the chip lost its parameters with the reset");
            assertTrue(seen.getMessage().contains("Remedy: " + seen.faultCause().remedy()), seen.getMessage());
            return seen;
        } finally {
            assertEquals(0, bus.openNow, "handles left");
            assertEquals(List.of(), bus.chip.mistakes);
        }
    }

    private UsbFault answering(ScriptedChip.Answers answers) {
        return faulty(
                () -> bus.chip.answerHook = answers, () -> bus.chip.answerHook = (endpoint, bytes) -> List.of(bytes));
    }

    private static ScriptedChip.Answers only(int endpoint, UnaryOperator<byte[]> change) {
        return (at, bytes) -> at == endpoint
                ? Optional.ofNullable(change.apply(bytes)).map(List::of).orElse(List.of())
                : List.of(bytes);
    }

    private UsbFault writing(UsbStatus status) {
        return faulty(() -> bus.writeHook = number -> status, () -> bus.writeHook = number -> UsbStatus.COMPLETED);
    }

    private static void assertFault(UsbFault.Cause cause, DeviceFault.Kind kind, UsbFault found) {
        assertEquals(cause, found.faultCause(), found.getMessage());
        assertEquals(kind, found.kind());
    }

    @Test
    void stall() {
        assertFault(UsbFault.Cause.STALL, DeviceFault.Kind.CRASHED, writing(UsbStatus.STALL));
    }

    @Test
    void transferError() {
        assertFault(UsbFault.Cause.TRANSFER, DeviceFault.Kind.CRASHED, writing(UsbStatus.IO_ERROR));
    }

    @Test
    void aWriteThatNeverEnds() {
        assertFault(UsbFault.Cause.TIMEOUT, DeviceFault.Kind.HUNG, writing(null));
    }

    @Test
    void noAnswerAtAll() {
        UsbFault fault = answering((endpoint, bytes) -> List.of());
        assertFault(UsbFault.Cause.NO_ANSWER, DeviceFault.Kind.HUNG, fault);
        assertTrue(fault.getMessage().contains("expected 256 bytes, found 0"), fault.getMessage());
    }

    @Test
    void shortOutput() {
        UsbFault fault = answering(only(Wire.OUTPUT_IN, bytes -> Arrays.copyOf(bytes, 200)));
        assertFault(UsbFault.Cause.SHORT_OUTPUT, DeviceFault.Kind.WRONG_SIZE, fault);
        assertTrue(fault.getMessage().contains("expected 256 bytes, found 200"), fault.getMessage());
    }

    @Test
    void longOutput() {
        UsbFault fault = answering(only(Wire.OUTPUT_IN, bytes -> Arrays.copyOf(bytes, 264)));
        assertFault(UsbFault.Cause.SURPLUS_OUTPUT, DeviceFault.Kind.WRONG_SIZE, fault);
        assertTrue(fault.getMessage().contains("8 bytes beyond"), fault.getMessage());
    }

    @Test
    void outputTwice() {
        UsbFault fault =
                answering((endpoint, bytes) -> endpoint == Wire.OUTPUT_IN ? List.of(bytes, bytes) : List.of(bytes));
        assertFault(UsbFault.Cause.SURPLUS_OUTPUT, DeviceFault.Kind.WRONG_SIZE, fault);
    }

    @Test
    void outputThatComesWhenNobodyAsked() {
        assertFault(
                UsbFault.Cause.SURPLUS_OUTPUT,
                DeviceFault.Kind.WRONG_SIZE,
                faulty(() -> bus.say(Wire.OUTPUT_IN, new byte[8]), () -> {}));
    }

    @Test
    void lostEvent() {
        assertFault(UsbFault.Cause.LOST_EVENT, DeviceFault.Kind.HUNG, answering(only(Wire.EVENT_IN, bytes -> null)));
    }

    @Test
    void wrongEvent() {
        UsbFault fault = answering(only(Wire.EVENT_IN, bytes -> {
            byte[] other = bytes.clone();
            other[12] = 6;
            return other;
        }));
        assertFault(UsbFault.Cause.WRONG_EVENT, DeviceFault.Kind.CRASHED, fault);
        assertTrue(
                fault.getMessage().contains("expected scalar core interrupt 0, found scalar core interrupt 2"),
                fault.getMessage());
    }

    @Test
    void eventCutShort() {
        assertFault(
                UsbFault.Cause.WRONG_EVENT,
                DeviceFault.Kind.CRASHED,
                answering(only(Wire.EVENT_IN, bytes -> Arrays.copyOf(bytes, 8))));
    }

    @Test
    void secondEvent() {
        UsbFault fault = faulty(
                () -> bus.say(Wire.EVENT_IN, new Wire.Event(Wire.Tag.SCALAR_CORE_INTERRUPT_0).toBytes()), () -> {});
        assertFault(UsbFault.Cause.WRONG_EVENT, DeviceFault.Kind.CRASHED, fault);
    }

    private void interrupt(int bits) {
        bus.say(
                Wire.INTERRUPT_IN,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(bits)
                        .array());
    }

    @Test
    void fatalInterruptIsDecoded() {
        UsbFault fault = faulty(
                () -> {
                    bus.control.set(Register.HIB_ERROR_STATUS, 0x2008);
                    bus.control.set(Register.HIB_FIRST_ERROR_STATUS, 8);
                    interrupt(Wire.FATAL_INTERRUPT);
                },
                () -> {});
        assertFault(UsbFault.Cause.FATAL_INTERRUPT, DeviceFault.Kind.CRASHED, fault);
        assertTrue(
                fault.getMessage().contains("0x2008 (axi slave b error, length 0 dma), first 0x8"), fault.getMessage());
    }

    @Test
    void interruptsThatMeanNothingArePassedOver() {
        try (UsbDevice device = open();
                Session session = device.open("fixture", Fixture.compiledBytes())) {
            byte[] good = session.run(INPUT);
            interrupt(Wire.FATAL_INTERRUPT); // with a clean status
            interrupt(0x1e);
            assertArrayEquals(good, session.run(INPUT));
            assertEquals(1, bus.resets);
        }
    }

    @Test
    void unplugWhileIdle() {
        assertFault(UsbFault.Cause.UNPLUGGED, DeviceFault.Kind.CRASHED, faulty(bus::unplug, () -> bus.present = true));
    }

    @Test
    void unplugDuringAWrite() {
        int[] left = {3};
        UsbFault fault = faulty(
                () -> bus.writeHook = number -> {
                    if (--left[0] == 0) {
                        bus.unplug();
                        return UsbStatus.NO_DEVICE;
                    }
                    return UsbStatus.COMPLETED;
                },
                () -> {
                    bus.writeHook = number -> UsbStatus.COMPLETED;
                    bus.present = true;
                });
        assertFault(UsbFault.Cause.UNPLUGGED, DeviceFault.Kind.CRASHED, fault);
    }

    /** A device that stays away is a fault each time, and not for ever: pauses of 100 and 200 ms, then the fault. */
    @Test
    void aDeviceThatStaysAway() {
        try (UsbDevice device = open();
                Session session = device.open("fixture", Fixture.compiledBytes())) {
            session.run(INPUT);
            bus.unplug();
            assertThrows(UsbFault.class, () -> session.run(INPUT));
            UsbFault away = assertThrows(UsbFault.class, () -> session.run(INPUT));
            assertEquals(UsbFault.Cause.NO_DEVICE, away.faultCause());
            bus.present = true;
            session.run(INPUT);
        }
    }

    @Test
    void closeDuringATransfer() throws Exception {
        UsbDevice device = UsbDevice.open(bus, "usb:0", UsbSelector.index(0), UsbSettings.DEFAULT, Optional::empty);
        Session session = device.open("fixture", Fixture.compiledBytes());
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        bus.chip.answerHook = (endpoint, bytes) -> {
            waiting.complete(null);
            return List.of();
        };
        CompletableFuture<byte[]> run = CompletableFuture.supplyAsync(() -> session.run(INPUT));
        waiting.get(10, TimeUnit.SECONDS);
        device.close();
        Throwable thrown = assertThrows(ExecutionException.class, () -> run.get(5, TimeUnit.SECONDS))
                .getCause();
        assertEquals(UsbFault.Cause.CLOSED_MEANWHILE, ((UsbFault) thrown).faultCause());
        assertThrows(IllegalStateException.class, () -> session.run(INPUT));
        assertThrows(IllegalStateException.class, () -> device.open("fixture", Fixture.compiledBytes()));
        assertEquals(0, bus.openNow);
    }
}
