package org.tensorizer.device.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceChoice;

/**
 * Devices that experiments lease: with two, two experiments run at a time; with one, they run one after another, in the
 * order in which they asked.
 *
 * <p>A thread that has a lease and asks again gets the same device, so that an experiment cannot wait for itself. That
 * also holds where the framework lets a thread begin a second experiment in the middle of the first.
 *
 * <p>Thread safety: yes.
 */
public final class DevicePool implements AutoCloseable {
    /** The device that a thread has, and how often. */
    private static final class Held {
        private final Device device;
        private int leases;

        Held(Device device) {
            this.device = device;
        }
    }

    private final List<Device> devices;
    private final BlockingQueue<Device> free;
    private final Map<Thread, Held> held = new ConcurrentHashMap<>();

    private DevicePool(List<Device> devices) {
        this.devices = devices;
        this.free = new ArrayBlockingQueue<>(devices.size(), true, devices);
    }

    /**
     * Opens every device; none stays open where one fails.
     *
     * @param choices at least one, none twice
     * @param open {@code Devices::open}, or what wraps a record or a comparison around it
     */
    public static DevicePool open(List<DeviceChoice> choices, Function<DeviceChoice, Device> open) {
        if (choices.isEmpty()) {
            throw new IllegalArgumentException("a pool of no devices");
        }
        List<Device> devices = new ArrayList<>();
        try {
            for (DeviceChoice choice : choices) {
                devices.add(open.apply(choice));
            }
        } catch (RuntimeException e) {
            close(devices, e);
            throw e;
        }
        return new DevicePool(List.copyOf(devices));
    }

    /** Every device, leased or not, in the order of the choices. */
    public List<Device> devices() {
        return devices;
    }

    /**
     * The next free device; waits for one.
     *
     * @throws InterruptedException while waiting
     */
    public Lease lease() throws InterruptedException {
        Thread thread = Thread.currentThread();
        Held mine = held.get(thread);
        if (mine == null) {
            mine = new Held(free.take());
            held.put(thread, mine);
        }
        synchronized (mine) {
            mine.leases++;
        }
        Held taken = mine;
        return new Lease(taken.device, () -> giveBack(thread, taken));
    }

    /** The thread may be another one than the one that leased. */
    private void giveBack(Thread thread, Held taken) {
        synchronized (taken) {
            taken.leases--;
            if (taken.leases > 0) {
                return;
            }
            held.remove(thread, taken);
        }
        free.add(taken.device);
    }

    /** Closes every device, leased ones too; the first failure is thrown, later ones are suppressed in it. */
    @Override
    public void close() {
        RuntimeException failure = close(devices, null);
        if (failure != null) {
            throw failure;
        }
    }

    private static RuntimeException close(List<Device> devices, RuntimeException first) {
        RuntimeException failure = first;
        for (Device device : devices) {
            try {
                device.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        return failure;
    }
}
