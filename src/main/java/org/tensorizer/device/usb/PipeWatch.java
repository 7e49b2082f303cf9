package org.tensorizer.device.usb;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What has happened on the pipes of a chip that must not be passed over, and waiting for more with a deadline. The lock
 * guards whatever completions and requests share.
 */
final class PipeWatch {
    private final String device;
    private final int deadlineMillis;
    private final Runnable fatal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private UsbFault failure;
    private boolean closing;
    private long interrupts;
    private long surplus;
    private long progress;

    /** @param fatal looks what a fatal interrupt was about: returns if it was a false alarm, throws else */
    PipeWatch(String device, int deadlineMillis, Runnable fatal) {
        this.device = device;
        this.deadlineMillis = deadlineMillis;
        this.fatal = fatal;
    }

    /** As {@link #locked(Supplier)}. */
    void locked(Runnable step) {
        locked(() -> {
            step.run();
            return null;
        });
    }

    /** With the lock, which {@link #await} gives up while it waits. */
    <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /** A transfer has ended; with the lock. */
    void ended(String what, UsbStatus status) {
        if (status != UsbStatus.COMPLETED && !closing) {
            fail(UsbFault.of(device, what, status, null));
        }
        progress = System.nanoTime();
        changed.signalAll();
    }

    /** The first failure counts; with the lock. */
    void fail(UsbFault fault) {
        if (failure == null) {
            failure = fault;
        }
        changed.signalAll();
    }

    /** A transfer could not be started. */
    void refused(String what, RuntimeException reason) {
        locked(() -> {
            if (!closing) {
                fail(fault(what, reason));
            }
        });
    }

    /** @param reason a {@link UsbException}, or the IllegalStateException of a transport that is closed */
    UsbFault fault(String what, RuntimeException reason) {
        return reason instanceof UsbException usb
                ? UsbFault.of(device, usb)
                : new UsbFault(UsbFault.Cause.CLOSED_MEANWHILE, device, what, reason);
    }

    /** Bits of an interrupt; with the lock. */
    void interrupted(long bits) {
        interrupts |= bits;
    }

    /** Bytes of output that nobody asked for; with the lock. */
    void surplus(long bytes) {
        surplus += bytes;
    }

    /** With the lock. */
    boolean isClosing() {
        return closing;
    }

    /** Whoever waits is told. */
    void close() {
        locked(() -> {
            closing = true;
            changed.signalAll();
        });
    }

    /**
     * With the lock held once: it is given up while the chip is asked.
     *
     * @throws UsbFault whatever has happened since the last request
     */
    void check() {
        if (failure != null) {
            throw failure;
        }
        if (closing) {
            throw new UsbFault(UsbFault.Cause.CLOSED_MEANWHILE, device, "the device is closed");
        }
        if ((interrupts & Wire.FATAL_INTERRUPT) != 0) {
            interrupts &= ~Wire.FATAL_INTERRUPT;
            lock.unlock();
            try {
                fatal.run();
            } finally {
                lock.lock();
            }
        }
        if (surplus > 0) {
            throw new UsbFault(
                    UsbFault.Cause.SURPLUS_OUTPUT,
                    device,
                    "output: " + surplus + " bytes beyond the announced ones; the last answer is in doubt");
        }
    }

    /** Waits, with the lock held once, until something is so; nothing happening for the deadline is a fault. */
    void await(BooleanSupplier condition, UsbFault.Cause cause, String what) {
        begin();
        while (!condition.getAsBoolean()) {
            check();
            if (!pause(deadlineMillis)) {
                throw new UsbFault(cause, device, what + " for " + deadlineMillis + " ms");
            }
        }
        check();
    }

    /** The time in which something must happen starts now. */
    void begin() {
        progress = System.nanoTime();
    }

    /**
     * Waits a while, with the lock held once.
     *
     * @param millis how long nothing may have happened, the deadline at most
     * @return false if that long nothing has happened
     */
    boolean pause(int millis) {
        long left = progress + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, deadlineMillis)) - System.nanoTime();
        if (left <= 0) {
            return false;
        }
        try {
            changed.awaitNanos(left);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UsbFault(UsbFault.Cause.CLOSED_MEANWHILE, device, "the thread that waits was interrupted", e);
        }
    }
}
