package org.tensorizer.device.usb;

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

    private static final int SHIFT = 28;

    private final int clocks;

    Performance(int clocks) {
        this.clocks = clocks;
    }

    /** The register with the clocks set and everything else kept. */
    int set(int register) {
        return register & ~(0xf << SHIFT) | clocks << SHIFT;
    }
}
