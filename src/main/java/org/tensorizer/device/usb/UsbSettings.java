package org.tensorizer.device.usb;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;

/**
 * How a Coral on USB is driven.
 *
 * @param performance clocks of the chip
 * @param deadlineMillis how long nothing may happen during a request, a register access or the boot before that is a fault
 * @param attempts how often a device that failed is opened again before the fault is final
 * @param firmware file with the image for the boot loader: the image itself or a libedgetpu; without, the installed
 *     libedgetpu is searched
 */
public record UsbSettings(Performance performance, int deadlineMillis, int attempts, Optional<Path> firmware) {
    public static final Setting PERFORMANCE = new Setting("tensorizer.usb.performance");
    public static final Setting DEADLINE = new Setting("tensorizer.usb.deadline");
    public static final Setting FIRMWARE = new Setting("tensorizer.usb.firmware");

    /** File that gets every event on the wire, one a line. */
    public static final Setting TRACE = new Setting("tensorizer.usb.trace");

    public static final UsbSettings DEFAULT = new UsbSettings(Performance.HIGH, 6000, 3, Optional.empty());

    public UsbSettings {
        if (deadlineMillis < 1) {
            throw new BadInputException(DEADLINE + ": expected at least 1 ms, found " + deadlineMillis);
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts: expected at least 1, found " + attempts);
        }
    }

    /** @throws BadInputException one of the settings is none */
    public static UsbSettings ofUser() {
        return new UsbSettings(
                PERFORMANCE.value().map(UsbSettings::performance).orElse(DEFAULT.performance),
                DEADLINE.value().map(UsbSettings::millis).orElse(DEFAULT.deadlineMillis),
                DEFAULT.attempts,
                FIRMWARE.value().map(InputFile::path));
    }

    /** The same with another deadline. */
    public UsbSettings withDeadline(int millis) {
        return new UsbSettings(performance, millis, attempts, firmware);
    }

    private static Performance performance(String text) {
        return Arrays.stream(Performance.values())
                .filter(value -> value.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new BadInputException(
                        PERFORMANCE + ": expected low, medium, high or max, found \"" + text + "\""));
    }

    private static int millis(String text) {
        if (!text.matches("\\d{1,7}")) {
            throw new BadInputException(DEADLINE + ": expected milliseconds, 1 to 9999999, found \"" + text + "\"");
        }
        return Integer.parseInt(text);
    }

    /**
     * How fast the chip is clocked: {@link Register#SCU_CTRL_3} bits 28 and 29 divide the core's clock, bit 30 halves that of
     * its bus, bit 31 that of the USB controller. Positions and meanings are published in libedgetpu's sources; HIGH is what
     * all traces of the real library show.
     */
    public enum Performance {
        /** Core 63 MHz, bus 125 MHz, controller 250 MHz. */
        LOW(0xf),
        /** Core 125 MHz, bus 125 MHz, controller 500 MHz. */
        MEDIUM(0x6),
        /** Core 250 MHz, bus 125 MHz, controller 500 MHz: libedgetpu1-std. */
        HIGH(0x5),
        /** Core 500 MHz, bus 250 MHz, controller 500 MHz: libedgetpu1-max. The device becomes hot. */
        MAX(0x0);

        private final int clocks;

        Performance(int clocks) {
            this.clocks = clocks;
        }

        /** The register with the clocks set and everything else kept. */
        long set(long register) {
            return Register.Field.CLOCKS.set(register, clocks);
        }
    }
}
