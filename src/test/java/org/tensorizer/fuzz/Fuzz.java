package org.tensorizer.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestReporter;

/**
 * Gives damaged inputs to readers until the time is up: each must end in facts or in the reader's own exception, and take
 * no more heap than it may. Inputs that end in a new place are damaged again, see {@link Corpus}.
 *
 * <p>{@code -Dtensorizer.fuzz.seconds=N} sets the time of each fuzz test, {@code -Dtensorizer.fuzz.seed=N} the seed. The
 * message of a failure names the file it left in {@code target/fuzz}; mended, that file goes to {@code
 * src/test/resources/hostile}.
 *
 * @param seconds to run, where the property does not say otherwise
 * @param refusal what a reader may throw
 * @param heap bytes of heap that a reader may ask for, whatever the input is
 * @param heapPerByte and for each byte of the input
 */
public record Fuzz(double seconds, Class<? extends Exception> refusal, long heap, long heapPerByte) {
    private static final long SEED = Long.getLong("tensorizer.fuzz.seed", 20_260_101);

    /** A file of 1 MB may cost 64 MB: 2 MB and 62 bytes for each of its bytes. */
    public static Fuzz ofReader(double seconds, Class<? extends Exception> refusal) {
        return new Fuzz(seconds, refusal, 2 << 20, 62);
    }

    /** Reads and uses what it read. */
    public interface Reader {
        void read(String name, byte[] bytes) throws IOException;
    }

    /** Makes a damaged input. */
    public interface Damage {
        /**
         * A damaged copy.
         *
         * @param bytes a sound input, or one that was damaged before
         */
        byte[] of(byte[] bytes, Random random);
    }

    /** A reader, a sound input for it, and how to damage that. */
    public record Target(String name, byte[] sound, Damage damage, Reader reader) {}

    /** Every target in turn. The limit of time only ends a hang: it is far from what the run needs. */
    public void run(List<Target> targets, TestReporter reporter) {
        double time = Double.parseDouble(System.getProperty("tensorizer.fuzz.seconds", Double.toString(seconds)));
        Run run = new Run(targets);
        assertTimeoutPreemptively(
                Duration.ofSeconds((long) (2 * time) + 120),
                () -> run.forTime(time, reporter),
                () -> run.target.name() + " hangs, input left as " + leave(run.target, run.number, run.bytes));
    }

    private static Path leave(Target target, long number, byte[] bytes) {
        try {
            Path file = Files.createDirectories(Path.of("target/fuzz"))
                    .resolve(target.name().replaceAll("[^A-Za-z0-9._-]", "_") + "-" + number);
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is being tried; another thread looks at it where it hangs. */
    private final class Run {
        private final List<Target> targets;
        private final Map<Target, Corpus> corpora = new HashMap<>();
        private volatile Target target;
        private volatile byte[] bytes;
        private volatile long number;
        private long refused;
        private long most;
        private long slowest;

        Run(List<Target> targets) {
            this.targets = targets;
            targets.forEach(each -> corpora.put(each, new Corpus(each.sound())));
        }

        void forTime(double seconds, TestReporter reporter) {
            long end = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
            for (; System.nanoTime() < end || number < targets.size(); number++) {
                next();
            }
            reporter.publishEntry(Map.of(
                    "inputs", "" + number,
                    "refused", "" + refused,
                    "ends",
                            ""
                                    + corpora.values().stream()
                                            .mapToInt(Corpus::ends)
                                            .sum(),
                    "most heap", "" + most,
                    "slowest ms", "" + TimeUnit.NANOSECONDS.toMillis(slowest)));
            // neither a mutator that never hits nor one that always destroys the first bytes tests anything
            assertThat(refused).isBetween(number / 20, number - number / 100);
        }

        private void next() {
            target = targets.get((int) (number % targets.size()));
            Corpus corpus = corpora.get(target);
            Random random = new Random(SEED + number);
            bytes = target.damage().of(corpus.pick(random), random);
            long start = System.nanoTime();
            Attempt attempt = attempt();
            slowest = Math.max(slowest, System.nanoTime() - start);
            most = Math.max(most, attempt.allocated());
            boolean refusedIt = refusal.isInstance(attempt.thrown());
            if (attempt.thrown() != null && !refusedIt || isTooMuch(attempt)) {
                throw new AssertionError(
                        target.name() + ": " + attempt.allocated() + " bytes of heap for " + bytes.length
                                + ", input left as " + leave(target, number, bytes),
                        attempt.thrown());
            }
            refused += refusedIt ? 1 : 0;
            corpus.offer(bytes, attempt.end(), random);
        }

        /** Other threads of the JVM take heap now and then, for their own ends; a reader takes it each time. */
        private Attempt attempt() {
            Attempt attempt = Attempt.of(target, bytes);
            for (int again = 0; again < 2 && isTooMuch(attempt); again++) {
                attempt = Attempt.of(target, bytes);
            }
            return attempt;
        }

        private boolean isTooMuch(Attempt attempt) {
            return attempt.allocated() > heap + heapPerByte * bytes.length;
        }
    }
}
