package org.tensorizer.gemm;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thread that makes the next payload ready while the device works on another. Started when it is first needed. */
final class Background implements AutoCloseable {
    private ExecutorService thread;

    CompletableFuture<Void> start(Runnable work) {
        if (thread == null) {
            thread = Executors.newSingleThreadExecutor(task -> {
                Thread made = new Thread(task, "gemm-prepare");
                made.setDaemon(true);
                return made;
            });
        }
        return CompletableFuture.runAsync(work, thread);
    }

    /** Waits to the end even if interrupted: nothing may touch a payload after its time. Throws what the work threw. */
    static void await(CompletableFuture<Void> work) {
        try {
            work.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw (Error) e.getCause();
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
        }
    }
}
