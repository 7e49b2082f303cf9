package org.tensorizer.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * Heap bytes that a piece of work asks for, collected again or not: on the calling thread and on all others that live when
 * it ends, so that a reader cannot hide what it takes behind helper threads.
 */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    public static long of(Runnable work) {
        Map<Long, Long> before = byThread();
        long own = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        long sum = THREADS.getCurrentThreadAllocatedBytes() - own;
        for (Map.Entry<Long, Long> thread : byThread().entrySet()) {
            sum += Math.max(0, thread.getValue() - before.getOrDefault(thread.getKey(), 0L));
        }
        return sum;
    }

    /** Of all threads but the calling one, whose own maps would count. */
    private static Map<Long, Long> byThread() {
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> byThread = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] != Thread.currentThread().getId()) {
                byThread.put(ids[i], bytes[i]);
            }
        }
        return byThread;
    }
}
