package org.tensorizer.device.open;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Ends what takes too long. One thread looks at all children every 20 ms, so that an inference only writes a number and
 * a deadline is noticed 20 ms late at most.
 */
final class Watchdog {
    private static final long TICK_MILLIS = 20;
    private static final long IDLE = Long.MAX_VALUE;
    private static final Set<Watchdog> WATCHED = ConcurrentHashMap.newKeySet();
    private static Thread thread;

    private final Runnable expire;
    private volatile long deadline = IDLE;
    private volatile boolean expired;

    /** @param expire called once, by the watching thread */
    Watchdog(Runnable expire) {
        this.expire = expire;
        WATCHED.add(this);
        start();
    }

    private static synchronized void start() {
        if (thread == null) {
            thread = new Thread(Watchdog::watch, "worker watchdog");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private static void watch() {
        while (true) {
            try {
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            for (Watchdog dog : WATCHED) {
                long deadline = dog.deadline;
                if (deadline != IDLE && now - deadline > 0) {
                    dog.expired = true;
                    dog.stop();
                    dog.expire.run();
                }
            }
        }
    }

    void begin(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    void end() {
        deadline = IDLE;
    }

    boolean hasExpired() {
        return expired;
    }

    /** No more watching. */
    void stop() {
        deadline = IDLE;
        WATCHED.remove(this);
    }
}
