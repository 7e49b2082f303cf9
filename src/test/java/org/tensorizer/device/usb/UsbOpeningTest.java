package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbPort.Speed;

/** What keeps a device from being opened is a typed fault with its remedy, and no handle is left. */
class UsbOpeningTest {
    private static final UsbSettings QUICK = UsbSettings.DEFAULT.withDeadline(60);

    private final ScriptedBus bus = new ScriptedBus();

    private static void assertFault(UsbFault.Cause cause, DeviceFault.Kind kind, UsbFault found) {
        assertEquals(cause, found.faultCause(), found.getMessage());
        assertEquals(kind, found.kind());
    }

    private UsbFault refused(UsbSettings settings) {
        UsbFault fault = assertThrows(
                UsbFault.class, () -> UsbDevice.open(bus, "usb:0", UsbSelector.index(0), settings, Optional::empty));
        assertEquals(0, bus.openNow, "handles left");
        return fault;
    }

    @Test
    void aDeviceThatSomebodyElseHas() {
        bus.claimedElsewhere = true;
        assertFault(UsbFault.Cause.HELD, DeviceFault.Kind.REFUSED, refused(QUICK));
    }

    @Test
    void noDevice() {
        bus.present = false;
        UsbFault fault = refused(QUICK);
        assertFault(UsbFault.Cause.NO_DEVICE, DeviceFault.Kind.MISSING, fault);
        assertTrue(fault.getMessage().contains("found none among 1 USB devices"), fault.getMessage());
    }

    @Test
    void aChipThatDoesNotWake() {
        bus.control.stuck = true;
        UsbFault fault = refused(QUICK);
        assertFault(UsbFault.Cause.NO_RESET, DeviceFault.Kind.REFUSED, fault);
        assertTrue(fault.getMessage().contains("SCU_CTRL_3: expected power state"), fault.getMessage());
    }

    @Test
    void lowAndFullSpeedAreRefused() {
        for (Speed speed : List.of(Speed.LOW, Speed.FULL)) {
            bus.speed = speed;
            assertFault(UsbFault.Cause.TOO_SLOW, DeviceFault.Kind.REFUSED, refused(QUICK));
        }
    }

    @Test
    void anotherDeviceThanTheListSaid() {
        bus.control.answersWithOtherIds = true;
        UsbFault fault = refused(QUICK);
        assertFault(UsbFault.Cause.NO_DEVICE, DeviceFault.Kind.MISSING, fault);
        assertTrue(fault.getMessage().contains("expected 18 bytes for 18d1:9302"), fault.getMessage());
    }

    @Test
    void aBootLoaderWithoutFirmware() {
        bus.bootLoader = true;
        UsbFault fault = refused(QUICK);
        assertFault(UsbFault.Cause.NO_FIRMWARE, DeviceFault.Kind.MISSING, fault);
        assertTrue(fault.getMessage().contains("libedgetpu"), fault.getMessage());
        assertTrue(fault.getMessage().contains("-Dtensorizer.usb.firmware=FILE"), fault.getMessage());
    }

    @Test
    void aBootLoaderThatForgetsABlock() {
        bus.bootLoader = true;
        bus.control.forgets = 300;
        UsbFault fault = assertThrows(
                UsbFault.class,
                () -> UsbDevice.open(
                        bus,
                        "usb:0",
                        UsbSelector.index(0),
                        QUICK,
                        () -> Optional.of(new Firmware(new byte[1000], "a test"))));
        assertFault(UsbFault.Cause.BOOT, DeviceFault.Kind.REFUSED, fault);
        assertTrue(fault.getMessage().contains("read back: byte 300: expected 0x00, found 0x01"), fault.getMessage());
        assertEquals(0, bus.openNow);
    }
}
