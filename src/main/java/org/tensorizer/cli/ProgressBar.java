package org.tensorizer.cli;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * Progress of something that takes over a second: a bar with rate and time left on a terminal, plain lines (one every
 * ten per cent) otherwise, nothing at all in the first second.
 */
final class ProgressBar {
    private static final int WIDTH = 30;
    private static final long SHOW_AFTER_NANOS = 1_000_000_000L;
    private static final long REDRAW_NANOS = 100_000_000L;

    /** Less than that of the work says nothing about the rest: its first steps open the device and warm up. */
    private static final double ESTIMATED_FROM = 0.05;

    private final PrintWriter out;
    private final boolean terminal;
    private final String unit;
    private final long start = System.nanoTime();
    private long lastDrawn = start;
    private long lastTenth = -1;
    private boolean drawn;

    ProgressBar(PrintWriter out, boolean terminal, String unit) {
        this.out = out;
        this.terminal = terminal;
        this.unit = unit;
    }

    void update(long done, long total) {
        long now = System.nanoTime();
        if (now - start < SHOW_AFTER_NANOS || total <= 0) {
            return;
        }
        double seconds = (now - start) / 1e9;
        double rate = done / seconds;
        String text = String.format(
                Locale.ROOT,
                "%,d of %,d %s, %,.0f a second%s",
                done,
                total,
                unit,
                rate,
                done < ESTIMATED_FROM * total ? "" : ", at most " + left((total - done) / rate) + " left");
        if (terminal) {
            if (now - lastDrawn >= REDRAW_NANOS || done == total) {
                int filled = (int) (WIDTH * done / total);
                out.print("\r[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + text + "\u001b[K");
                out.flush();
                lastDrawn = now;
                drawn = true;
            }
        } else if (done * 10 / total != lastTenth) {
            lastTenth = done * 10 / total;
            out.println(text);
            out.flush();
        }
    }

    /** Leaves the line, so that what follows starts on its own. */
    void finish() {
        if (drawn) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }

    private static String left(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : whole / 60 + " min " + whole % 60 + " s";
    }
}
