package org.tensorizer.device.virtual;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Tag;

/**
 * Takes programs as they arrive, has them executed, and sends what comes of it. A program that cannot be executed hangs
 * until the chip is reset, as it would on silicon for all anybody knows; the log says why.
 */
final class ChipThread implements Core.Port {
    /** Chunk of output where the host has not set one. A guess: libedgetpu sets it always. */
    private static final int DEFAULT_CHUNK = 1024;

    /** Output bytes that wait for reads before the chip waits. A decision of this device. */
    private static final int MOST_WAITING = 1 << 20;

    private static final int SHORT_BY = 8;

    /** Seen in libedgetpu's own message of a fatal error. */
    private static final long ERROR_STATUS = 8;

    private final VirtualCoral device;
    private final Core chip;
    private final ReentrantLock lock;
    private final Condition goOn;
    private final Thread thread;

    private BooleanSupplier awaited; // these four are guarded by the lock
    private long generation;
    private boolean stopped;
    private long inferences;

    private long current; // from here on of the thread alone
    private long program;
    private boolean midProgram;
    private boolean hasOutput;
    private long executed;

    ChipThread(VirtualCoral device, String name, Core chip) {
        this.device = device;
        this.chip = chip;
        this.lock = device.lock();
        this.goOn = lock.newCondition();
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** With the lock: programs with an output that came to their end. */
    long inferences() {
        return inferences;
    }

    /** With the lock: what the chip holds and does is gone. */
    void reset() {
        generation++;
        goOn.signal();
    }

    /** With the lock: something has changed that the chip may wait for. */
    void poke() {
        if (awaited != null && awaited.getAsBoolean()) {
            goOn.signal();
        }
    }

    /** Without the lock: ends the thread and waits for that, unless the thread itself asks for it. */
    void stop() {
        device.guarded(() -> {
            stopped = true;
            goOn.signal();
        });
        try {
            if (thread != Thread.currentThread()) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends by itself
        }
    }

    private void run() {
        try {
            while (true) {
                try {
                    one();
                } catch (Core.Aborted e) {
                    midProgram = false;
                }
                device.tell();
            }
        } catch (Stopped e) {
            device.tell();
        }
    }

    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super(null, null, false, false);
        }
    }

    private void one() {
        byte[] chunk = nextChunk();
        if (!midProgram) {
            midProgram = true;
            hasOutput = false;
            program++;
        }
        boolean complete;
        try {
            complete = chip.execute(chunk, this);
        } catch (Core.Aborted | Stopped e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            device.log("program " + program + " hangs, the emulated chip cannot execute it: " + e.getMessage());
            hang();
            return;
        }
        if (complete) {
            complete();
        }
    }

    private byte[] nextChunk() {
        while (true) {
            lock.lock();
            try {
                await(() -> generation != current || hasChunk());
                if (generation == current) {
                    return device.endpoints().toChip().takeStream();
                }
                current = generation;
                midProgram = false;
            } finally {
                lock.unlock();
            }
            chip.clear();
        }
    }

    private boolean hasChunk() {
        return device.endpoints().toChip().hasStream() && device.registers().isRunning();
    }

    /** With the lock. What others are to be told is told before. */
    private void await(BooleanSupplier condition) {
        while (!stopped && !condition.getAsBoolean()) {
            tellWithoutLock();
            if (!stopped && !condition.getAsBoolean()) {
                awaited = condition;
                goOn.awaitUninterruptibly();
                awaited = null;
            }
        }
        if (stopped) {
            throw new Stopped();
        }
    }

    private void tellWithoutLock() {
        lock.unlock();
        try {
            device.tell();
        } finally {
            lock.lock();
        }
    }

    /** With the lock. */
    private void awaitOrAbort(BooleanSupplier condition) {
        await(() -> generation != current || condition.getAsBoolean());
        if (generation != current) {
            throw new Core.Aborted("the chip was reset");
        }
    }

    /** With the lock: until the chip would have come so far. */
    private void awaitExecuted() {
        while (executed != 0 && executed - System.nanoTime() > 0) {
            try {
                goOn.awaitNanos(executed - System.nanoTime());
            } catch (InterruptedException e) {
                executed = 0; // nobody interrupts this thread
            }
            awaitOrAbort(() -> true);
        }
        executed = 0;
    }

    private void hang() {
        device.guarded(() -> awaitOrAbort(() -> false));
    }

    @Override
    public void takes(long cycles) {
        executed = device.pace().executed(cycles);
    }

    @Override
    public void read(Tag tag, byte[] into, int at, int length) {
        device.guarded(() -> {
            OutEndpoint from = device.endpoints().toChip();
            try {
                awaitOrAbort(() -> true); // before it takes bytes that came after a reset
                from.want(tag, into, at, length);
                awaitOrAbort(from::isSatisfied);
            } finally {
                from.unwant();
            }
        });
    }

    @Override
    public void write(byte[] bytes) {
        hasOutput = true;
        device.guarded(() -> {
            awaitOrAbort(() -> device.endpoints().output().waiting() <= MOST_WAITING);
            awaitExecuted();
            strikeAll();
            if (device.strikes(Fault.Kind.STALL, program)) {
                device.endpoints().output().stall();
                awaitOrAbort(() -> false);
            }
            boolean cut = device.strikes(Fault.Kind.SHORT_OUTPUT, program);
            send(bytes, cut ? Math.max(bytes.length - SHORT_BY, 0) : bytes.length);
        });
    }

    private void send(byte[] bytes, int length) {
        long units = device.registers().get(Register.OUTFEED_CHUNK_LENGTH);
        int chunk = units <= 0 || units > MOST_WAITING ? DEFAULT_CHUNK : (int) units * Wire.CHUNK_UNIT;
        for (int at = 0; at < length; at += chunk) {
            device.endpoints().output().send(bytes, at, Math.min(chunk, length - at));
        }
    }

    /** Faults that any program may meet, before its first output or before its completion. */
    private void strikeAll() {
        device.strikes(Fault.Kind.SLOW_LINK, program);
        if (device.strikes(Fault.Kind.FATAL_INTERRUPT, program)) {
            device.registers().set(Register.HIB_ERROR_STATUS, ERROR_STATUS);
            device.registers().set(Register.HIB_FIRST_ERROR_STATUS, ERROR_STATUS);
            device.endpoints().interrupts().send(new byte[] {Wire.FATAL_INTERRUPT, 0, 0, 0}, 0, Wire.INTERRUPT_BYTES);
            awaitOrAbort(() -> false);
        }
        if (device.strikes(Fault.Kind.TIMEOUT, program) || device.strikes(Fault.Kind.UNPLUG, program)) {
            awaitOrAbort(() -> false);
        }
    }

    private void complete() {
        midProgram = false;
        device.guarded(() -> {
            awaitOrAbort(() -> true);
            awaitExecuted();
            strikeAll();
            inferences += hasOutput ? 1 : 0;
            int events = device.strikes(Fault.Kind.LOST_EVENT, program)
                    ? 0
                    : device.strikes(Fault.Kind.DUPLICATE_EVENT, program) ? 2 : 1;
            Tag tag = device.strikes(Fault.Kind.WRONG_TAG, program)
                    ? Tag.SCALAR_CORE_INTERRUPT_3
                    : Tag.SCALAR_CORE_INTERRUPT_0;
            for (int i = 0; i < events; i++) {
                device.endpoints().events().send(new Wire.Event(tag).toBytes(), 0, Wire.Event.BYTES);
            }
        });
    }
}
