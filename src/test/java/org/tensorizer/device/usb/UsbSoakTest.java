package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.Fixture;
import org.tensorizer.device.Session;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;

/** Many sessions and many faults: nothing is left, and no answer is wrong. */
class UsbSoakTest {
    private static final byte[] INPUT = new byte[256];

    static {
        new Random(5).nextBytes(INPUT);
    }

    private final ScriptedBus bus = new ScriptedBus().knows("fixture", Fixture.compiledBytes());

    @Test
    void oneThousandSessionsLeaveNothing() {
        try (UsbDevice device = UsbDevice.open(bus, "usb:0", UsbSelector.index(0), UsbSettings.DEFAULT)) {
            for (int i = 0; i < 1000; i++) {
                try (Session session = device.open("fixture", Fixture.compiledBytes())) {
                    session.run(INPUT);
                }
            }
            assertEquals(1, bus.chip.parametersSent);
            assertEquals(1, bus.openNow);
        }
        assertEquals(0, bus.openNow);
    }

    /** Faults at random places of random kinds: every one is typed, every session goes on, nothing is left. */
    @Test
    void manyFaultsAtRandomPlaces() {
        Random random = new Random(20);
        List<UsbFault.Cause> seen = new ArrayList<>();
        try (UsbDevice device = UsbDevice.open(
                        bus, "usb:0", UsbSelector.index(0), UsbSettings.DEFAULT.withDeadline(3), Optional::empty);
                Session session = device.open("fixture", Fixture.compiledBytes())) {
            byte[] good = session.run(INPUT);
            for (int i = 0; i < 300; i++) {
                int kind = random.nextInt(6);
                int[] when = {random.nextInt(3)};
                bus.writeHook = number -> kind < 3 && when[0]-- == 0
                        ? new UsbStatus[] {UsbStatus.STALL, UsbStatus.IO_ERROR, null}[kind]
                        : UsbStatus.COMPLETED;
                bus.chip.answerHook = (endpoint, bytes) -> {
                    if (kind < 3 || when[0]-- != 0) {
                        return List.of(bytes);
                    }
                    return kind == 3 ? List.of() : kind == 4 ? List.of(bytes, bytes) : List.of(Arrays.copyOf(bytes, 7));
                };
                try {
                    byte[] answer = session.run(INPUT);
                    assertArrayEquals(good, answer, "an answer given without a fault is right");
                } catch (UsbFault fault) {
                    seen.add(fault.faultCause());
                }
                bus.writeHook = number -> UsbStatus.COMPLETED;
                bus.chip.answerHook = (endpoint, bytes) -> List.of(bytes);
                try {
                    assertArrayEquals(good, session.run(INPUT));
                } catch (UsbFault late) {
                    seen.add(late.faultCause()); // what came too late for the run before
                    assertArrayEquals(good, session.run(INPUT));
                }
            }
        }
        assertEquals(0, bus.openNow);
        assertTrue(seen.size() > 200, () -> seen.size() + " faults: " + seen);
    }
}
