package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.usb.Wire;

/**
 * One Edge TPU on USB, in software: boot loader or application, registers, endpoints, and a chip that executes what comes.
 *
 * <p>Thread safety: yes. One lock guards the whole device; completions are told without it, in order.
 */
final class VirtualCoral implements AutoCloseable {
    private final VirtualSettings settings;
    private final int number;
    private final ScheduledExecutorService timer;
    private final Completions completions;
    private final ReentrantLock lock = new ReentrantLock();
    private final Fault.Plan faults;
    private final Registers registers = new Registers();
    private final BootLoader boot = new BootLoader();
    private final ControlRequestHandler control = new ControlRequestHandler(this);
    private final Endpoints endpoints;
    private final Pace pace;
    private final ChipThread chip;
    private final VirtualBus.Plug plug;
    private VirtualTransport holder;
    private boolean closed;

    /**
     * Plugs one in.
     *
     * @param number from 1: its port and the end of its serial number
     */
    VirtualCoral(VirtualSettings settings, int number, Core executes, ScheduledExecutorService timer) {
        this.settings = settings;
        this.number = number;
        this.timer = timer;
        this.plug = new VirtualBus.Plug(settings, number);
        this.completions = new Completions(timer);
        this.faults = new Fault.Plan(settings.faults());
        this.pace = new Pace(settings.speed(), settings.pace());
        this.endpoints = new Endpoints(plug.descriptors().bulkPacket(), this::ended, this::log);
        this.chip = new ChipThread(this, "virtual Coral " + number, executes);
        chip.start();
    }

    /** @return empty while it is unplugged */
    Optional<UsbPort> port() {
        return locked(plug::port);
    }

    /** @throws UsbException it is not there, or is not what the port says */
    VirtualTransport open(UsbPort port) {
        return locked(() -> {
            if (!port().equals(Optional.of(port))) {
                throw new UsbException(UsbStatus.NO_DEVICE, "open " + port);
            }
            return new VirtualTransport(this, port);
        });
    }

    /** Programs that ran to their end and gave outputs. */
    long inferences() {
        return locked(chip::inferences);
    }

    /** Ends everything under way with no device, and the chip's thread. */
    @Override
    public void close() {
        guarded(() -> {
            closed = true;
            vanish();
        });
        chip.stop();
        completions.hurry();
    }

    void claim(VirtualTransport by) {
        guarded(() -> {
            plug.require(by);
            if (holder != null && holder != by || faults.strikesNext(Fault.Kind.BUSY)) {
                throw new UsbException(UsbStatus.BUSY, "claim interface " + Wire.INTERFACE + " of " + by.port());
            }
            holder = by;
        });
    }

    void release(VirtualTransport by) {
        guarded(() -> {
            holder = holder == by ? null : holder;
        });
    }

    int control(VirtualTransport by, ControlRequest request, ByteBuffer data) {
        return locked(() -> {
            plug.require(by);
            ByteBuffer sent =
                    request.isIn() ? ByteBuffer.allocate(0) : data.slice().limit(request.length());
            byte[] answer = control.handle(request, sent)
                    .orElseThrow(() -> new UsbException(UsbStatus.STALL, request.toString()));
            if (!request.isIn()) {
                return request.length();
            }
            int length = Math.min(answer.length, request.length());
            data.duplicate().put(answer, 0, length);
            return length;
        });
    }

    void submit(VirtualTransport.Transfer transfer, ByteBuffer data, UsbTransport.Transfer.Completion whenDone) {
        guarded(() -> {
            plug.require(transfer.transport());
            transfer.start(data, whenDone);
            if (isBootLoader() || !control.isConfigured()) {
                ended(transfer, UsbStatus.STALL);
            } else {
                endpoints.submit(transfer);
            }
            chip.poke();
        });
    }

    /** Ends a transfer early, if it waits for something. */
    void end(VirtualTransport.Transfer transfer, UsbStatus status) {
        guarded(() -> {
            if (transfer.isUnderWay() && endpoints.cancel(transfer)) {
                ended(transfer, status);
            }
        });
    }

    /**
     * A reset of the port.
     *
     * @throws UsbException NOT_FOUND: a boot loader that had its image came back as the application
     */
    void reset(VirtualTransport by) {
        guarded(() -> {
            plug.require(by);
            endpoints.endAll(UsbStatus.CANCELLED);
            powerOn();
            if (isBootLoader() && boot.hasImage()) {
                boot.reset();
                plug.in(false);
                throw new UsbException(
                        UsbStatus.NOT_FOUND, "reset of " + by.port() + ": it came back as another device");
            }
            boot.reset();
        });
    }

    private void powerOn() {
        holder = null;
        control.reset();
        registers.reset();
        clearChip();
    }

    private void clearChip() {
        chip.reset();
        endpoints.clear();
        endpoints.toChip().unwant(); // before its thread notices, or it would get what is meant for its next program
    }

    /** Gone: unplugged, or the bus is closed. */
    private void vanish() {
        plug.out();
        endpoints.endAll(UsbStatus.NO_DEVICE);
        powerOn();
    }

    /** A fault on request. Power is lost, so that a device which began in its boot loader begins there again. */
    private void unplug() {
        vanish();
        timer.schedule(
                () -> guarded(() -> {
                    boot.reset();
                    if (!closed) {
                        plug.in(settings.boot());
                    }
                }),
                1,
                TimeUnit.SECONDS);
    }

    Descriptors descriptors() {
        return plug.descriptors();
    }

    boolean isBootLoader() {
        return plug.descriptors().boot();
    }

    BootLoader boot() {
        return boot;
    }

    Registers registers() {
        return registers;
    }

    boolean writeRegister(int at, int bytes, long value) {
        if (at == Register.SCU_CTRL_3.address() && faults.strikesNext(Fault.Kind.STUCK_POWER)) {
            log("fault on request: the power state is stuck");
            registers.stickPower();
        }
        Registers.Effect effect = registers.write(at, bytes, value);
        if (effect == null) {
            return false;
        }
        switch (effect) {
            case SLEEP -> clearChip();
            case CREDIT_CLEARED -> endpoints.clear();
            case RUN -> chip.poke();
            case NONE -> {}
        }
        return true;
    }

    ReentrantLock lock() {
        return lock;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    void tell() {
        completions.tell();
    }

    Pace pace() {
        return pace;
    }

    void log(String line) {
        settings.log().accept("device " + number + ": " + line);
    }

    /** Whether a fault on request is due at a program; logs it. Unplugging and the slow link happen here. */
    boolean strikes(Fault.Kind kind, long program) {
        if (!faults.strikes(kind, program)) {
            return false;
        }
        log("fault on request at program " + program + ": " + kind);
        if (kind == Fault.Kind.UNPLUG) {
            unplug();
        } else if (kind == Fault.Kind.SLOW_LINK) {
            pace.slowDown();
        }
        return true;
    }

    private void ended(VirtualTransport.Transfer transfer, UsbStatus status) {
        int length = transfer.length();
        completions.add(transfer, transfer.finish(), status, length, pace.through(length));
    }

    /** As {@link #locked}. */
    void guarded(Runnable step) {
        locked(() -> {
            step.run();
            return null;
        });
    }

    /** With the lock; what ended is told afterwards. */
    private <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
            if (!lock.isHeldByCurrentThread()) {
                completions.tell();
            }
        }
    }
}
