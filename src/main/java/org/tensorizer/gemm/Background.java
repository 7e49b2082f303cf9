package org.tensorizer.gemm;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A thread that makes the next payload ready while the device works on another. Started when it is first needed. */
final class Background implements AutoCloseable {
    private ExecutorService thread;

    /** Work that has been started. */
    static final class Work {
        private final Future<?> future;

        private Work(Future<?> future) {
            this.future = future;
        }

        /** Waits to the end even if interrupted: nothing may touch a payload after its time. Throws what the work threw. */
        void await() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        future.get();
                        return;
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                } else if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException(e.getCause());
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    Work start(Runnable work) {
        if (thread == null) {
            thread = Executors.newSingleThreadExecutor(task -> {
                Thread made = new Thread(task, "gemm-prepare");
                made.setDaemon(true);
                return made;
            });
        }
        return new Work(thread.submit(work));
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
        }
    }
}
