package org.tensorizer.gemm;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets one call in at a time and says so when a second comes, instead of making it wait: two threads that use one
 * payload are a mistake, the weights of one would answer the other.
 */
final class Exclusive {
    private record Owner(Thread thread, String call) {}

    private final String name;
    private final AtomicReference<Owner> owner = new AtomicReference<>();
    private volatile boolean closed;

    /** @param name what messages call the object */
    Exclusive(String name) {
        this.name = name;
    }

    /** Ends the call. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Starts a call.
     *
     * @throws IllegalStateException after close, or while another call is running
     */
    Use enter(String call) {
        take(call);
        if (closed) {
            owner.set(null);
            throw new IllegalStateException(name + ": " + call + " after close");
        }
        return () -> owner.set(null);
    }

    /**
     * Starts the last call; null if there was one.
     *
     * @throws IllegalStateException while another call is running
     */
    Use enterLast() {
        take("close");
        if (closed) {
            owner.set(null);
            return null;
        }
        closed = true;
        return () -> owner.set(null);
    }

    private void take(String call) {
        Owner own = new Owner(Thread.currentThread(), call);
        if (!owner.compareAndSet(null, own)) {
            Owner other = owner.get();
            throw new IllegalStateException(name + ": " + call + " in thread " + own.thread.getName() + " while "
                    + (other == null ? "another call" : other.call + " runs in thread " + other.thread.getName())
                    + "; one thread at a time, or several objects");
        }
    }
}
