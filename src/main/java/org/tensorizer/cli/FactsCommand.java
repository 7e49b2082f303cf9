package org.tensorizer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that prints {@link Facts}: for a reader, or with {@code --json} for a program. */
@Command(mixinStandardHelpOptions = true)
abstract class FactsCommand implements Callable<Integer> {
    /** Exit status: done. */
    static final int OK = 0;

    /** An experiment was refuted, two things that should agree differ, or a device failed. */
    static final int REFUTED = 1;

    /** The input is at fault: arguments, files, models. Nothing was changed. */
    static final int BAD_INPUT = 2;

    @Spec
    CommandSpec spec;

    @Option(names = "--json", description = "Print JSON with stable field names instead of text.")
    boolean json;

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final ProgressBar progress(String unit) {
        return new ProgressBar(err(), System.console() != null, unit);
    }

    /** @throws BadInputException the number of an option is too small */
    static void atLeast(int least, String option, int found) {
        if (found < least) {
            throw new BadInputException(option + " " + found + ": expected " + least + " or more");
        }
    }

    final void print(Facts facts) {
        out().print(json ? facts.toJson() + "\n" : Facts.Text.of(facts));
        out().flush();
    }

    /**
     * Several files in one call: a bad one is reported and the others are still done; the status remembers it. One shape
     * in JSON whether there is one file or more: an object whose {@code files} has an entry for each, with {@code file} and,
     * for a bad one, {@code error}.
     *
     * @param work gives the facts of a file and, in text, prints them by itself where it returns null
     * @return the highest status of all
     */
    final int each(List<Path> files, Function<Path, Facts> work) {
        List<Facts> all = new ArrayList<>();
        int status = OK;
        for (Path file : files) {
            try {
                Facts facts = work.apply(file);
                all.add(facts);
                if (!json && facts != null) {
                    out().print((all.size() > 1 ? "\n" : "") + Facts.Text.of(facts));
                }
            } catch (BadInputException problem) {
                Main.complain(spec.commandLine(), problem.getMessage());
                status = BAD_INPUT;
                all.add(new Facts().put("file", file).put("error", error(BAD_INPUT, problem.getMessage())));
            }
        }
        if (json) {
            out().println(new Facts().put("files", all).toJson());
        }
        return status;
    }

    /** What went wrong, in JSON. */
    static Facts error(int status, String message) {
        return new Facts()
                .put("kind", status == BAD_INPUT ? "bad_input" : "device_fault")
                .put("status", status)
                .put("message", Printable.line(message));
    }

    /**
     * Progress of something that takes over a second: a bar with rate and time left on a terminal, plain lines (one every
     * ten per cent) otherwise, nothing at all in the first second.
     */
    static final class ProgressBar {
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
}
