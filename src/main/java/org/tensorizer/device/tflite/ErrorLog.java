package org.tensorizer.device.tflite;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What TFLite says to one model and its interpreter. One callback serves the whole process, so none can be collected
 * while native code knows it; the user data tells whose log is meant.
 *
 * <p>Thread safety: yes.
 */
final class ErrorLog implements AutoCloseable {
    private static final int LONGEST_LINE = 4096;
    private static final int MOST_LINES = 50;
    private static final AtomicLong COUNTER = new AtomicLong();
    private static final Map<Long, ErrorLog> OPEN = new ConcurrentHashMap<>();

    /** Held for ever on purpose. */
    static final TfliteC.ErrorReporter REPORTER = ErrorLog::report;

    private final long id = COUNTER.incrementAndGet();
    private final List<String> lines = new ArrayList<>();

    ErrorLog() {
        OPEN.put(id, this);
    }

    Pointer userData() {
        return Pointer.createConstant(id);
    }

    /** The lines since the last call, oldest first. */
    synchronized List<String> take() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    @Override
    public void close() {
        OPEN.remove(id);
    }

    private synchronized void add(String line) {
        if (lines.size() < MOST_LINES) {
            lines.add(line);
        }
    }

    // an exception that left a callback would be printed and forgotten by JNA
    @SuppressWarnings("CatchAndPrintStackTrace")
    private static void report(Pointer userData, Pointer format, Pointer arguments) {
        try (Memory text = new Memory(LONGEST_LINE)) {
            ErrorLog log = OPEN.get(Pointer.nativeValue(userData));
            if (log != null && format != null) {
                TfliteC.LibC.vsnprintf(text, LONGEST_LINE, format, arguments);
                log.add(text.getString(0, "UTF-8").strip());
            }
        } catch (Throwable t) {
            t.printStackTrace();
        }
    }
}
