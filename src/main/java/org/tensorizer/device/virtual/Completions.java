package org.tensorizer.device.virtual;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;

/**
 * Ends of transfers that are still to be told to the host: queued where the device's lock is held, told in that order
 * where it is not, by one thread at a time. With a pace they are told when the link would have carried the bytes.
 *
 * <p>Thread safety: yes.
 */
final class Completions {
    private record Completion(
            VirtualTransport.Transfer transfer,
            UsbTransport.Transfer.Completion call,
            UsbStatus status,
            int length,
            long due) {
        void tell() {
            try {
                call.completed(status, length);
            } finally {
                transfer.told();
            }
        }
    }

    private final Deque<Completion> queue = new ArrayDeque<>();
    private final ScheduledExecutorService timer;
    private ScheduledFuture<?> later;
    private boolean telling;
    private boolean hurried;

    Completions(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** @param due {@link System#nanoTime} before which it must not be told; 0: at once */
    synchronized void add(
            VirtualTransport.Transfer transfer,
            UsbTransport.Transfer.Completion call,
            UsbStatus status,
            int length,
            long due) {
        queue.add(new Completion(transfer, call, status, length, due));
    }

    /** Tells all that are due. Not with the device's lock. */
    void tell() {
        tellFrom(begin());
    }

    private synchronized Completion begin() {
        return telling ? null : go();
    }

    private synchronized Completion go() {
        Completion next = queue.peek();
        long early = next == null || next.due() == 0 || hurried ? 0 : next.due() - System.nanoTime();
        telling = next != null;
        if (early <= 0) {
            return queue.poll();
        }
        later = timer.schedule(
                () -> tellFrom(go()), early, TimeUnit.NANOSECONDS); // telling stays set: this one comes first
        return null;
    }

    private void tellFrom(Completion first) {
        for (Completion next = first; next != null; next = go()) {
            next.tell();
        }
    }

    /** No more waiting: the device is gone. */
    void hurry() {
        synchronized (this) {
            hurried = true;
            telling &= later == null || !later.cancel(false);
        }
        tell();
    }
}
