package org.tensorizer.device.virtual;

import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.isa.Chip;

/**
 * When the link would have carried bytes: one transfer after the other in both directions together, at a rate and with a
 * time for each transfer; and when the chip would have executed a program: a cycle for each step of an op on the tile that
 * has most of them. A calculation, nothing that was measured on a Coral.
 */
final class Pace {
    /** Bulk bytes a second of USB 3.0 and 2.0 that are left after the protocol: common figures for good hosts. */
    private static final double SUPER_RATE = 400e6;

    private static final double HIGH_RATE = 40e6;
    private static final double SLOW_RATE = 1e6;

    /** Nanoseconds that a transfer takes apart from its bytes. A guess: a quarter of a microframe, and a microframe. */
    private static final long SUPER_TRANSFER = 31_250;

    private static final long HIGH_TRANSFER = 125_000;

    private final Speed speed;
    private final boolean on;
    private boolean slow;
    private long free;

    Pace(Speed speed, boolean on) {
        this.speed = speed;
        this.on = on;
    }

    /** A fault on request: 1 MB/s from now on, with or without a pace. */
    void slowDown() {
        slow = true;
    }

    /** @return {@link System#nanoTime} when a transfer that begins now is through, 0 without a pace */
    long through(int bytes) {
        if (!on && !slow) {
            return 0;
        }
        double rate = slow ? SLOW_RATE : speed.isSuper() ? SUPER_RATE : HIGH_RATE;
        long each = speed.isSuper() ? SUPER_TRANSFER : HIGH_TRANSFER;
        free = Math.max(System.nanoTime(), free) + each + Math.round(bytes / rate * 1e9);
        return free;
    }

    /** @return {@link System#nanoTime} when a program that begins now has been executed, 0 without a pace */
    long executed(long cycles) {
        return on ? System.nanoTime() + Math.round(cycles / Chip.CLOCK * 1e9) : 0;
    }
}
