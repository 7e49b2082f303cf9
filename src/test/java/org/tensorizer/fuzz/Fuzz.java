package org.tensorizer.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.model.BadInputException;

/**
 * Gives damaged inputs to readers until the time is up: each must end in facts or in the reader's own exception, and take
 * no more heap than it may.
 *
 * <p>{@code -Dtensorizer.fuzz.seconds=N} sets the time of each fuzz test, {@code -Dtensorizer.fuzz.seed=N} the seed. The
 * message of a failure names the seed and the file it left in {@code target/fuzz}; mended, that file goes to
 * {@code src/test/resources/hostile}.
 *
 * @param seconds to run, where the property does not say otherwise
 * @param refusal what a reader may throw
 * @param heap bytes of heap that a reader may ask for, whatever the input is
 * @param heapPerByte and for each byte of the input
 */
public record Fuzz(long seconds, Class<? extends BadInputException> refusal, long heap, long heapPerByte) {
    private static final long SEED = Long.getLong("tensorizer.fuzz.seed", 20_260_101);

    /** Reads and uses what it read. */
    public interface Reader {
        void read(String name, byte[] bytes) throws IOException;
    }

    /**
     * A reader and what to give it.
     *
     * @param damage a damaged input; the same for the same random numbers
     */
    public record Target(String name, Function<Random, byte[]> damage, Reader reader) {
        public static Target of(String name, Mutator mutator, Reader reader) {
            return new Target(name, mutator::mutate, reader);
        }
    }

    /** Every target in turn. The limit of time only ends a hang: it is far from what the run needs. */
    public void run(List<Target> targets, TestReporter reporter) {
        long time = Long.getLong("tensorizer.fuzz.seconds", seconds);
        long[] current = new long[1];
        assertTimeoutPreemptively(
                Duration.ofSeconds(2 * time + 120),
                () -> run(targets, time, reporter, current),
                () -> "hangs on seed " + current[0] + ", "
                        + targets.get((int) ((current[0] - SEED) % targets.size()))
                                .name());
    }

    private void run(List<Target> targets, long time, TestReporter reporter, long[] current) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(time);
        int refused = 0;
        int runs = 0;
        long most = 0;
        for (; System.nanoTime() < end || runs < targets.size(); runs++) {
            current[0] = SEED + runs;
            Target target = targets.get(runs % targets.size());
            byte[] bytes = target.damage().apply(new Random(SEED + runs));
            Attempt attempt = Attempt.of(target, bytes, refusal);
            most = Math.max(most, attempt.allocated());
            if (attempt.failure() != null || attempt.allocated() > heap + heapPerByte * bytes.length) {
                throw failed(target, SEED + runs, bytes, attempt);
            }
            refused += attempt.refused() ? 1 : 0;
        }
        reporter.publishEntry(Map.of("inputs", "" + runs, "refused", "" + refused, "most heap", "" + most));
        // neither a mutator that never hits nor one that always destroys the first bytes tests anything
        assertThat(refused).isBetween(runs / 20, runs - runs / 100);
    }

    private record Attempt(boolean refused, Throwable failure, long allocated) {
        static Attempt of(Target target, byte[] bytes, Class<? extends BadInputException> refusal) {
            Throwable[] thrown = new Throwable[1];
            long allocated = Allocation.of(() -> {
                try {
                    target.reader().read(target.name(), bytes);
                } catch (Throwable e) {
                    thrown[0] = e;
                }
            });
            boolean refused = refusal.isInstance(thrown[0]);
            return new Attempt(refused, refused ? null : thrown[0], allocated);
        }
    }

    private static AssertionError failed(Target target, long seed, byte[] bytes, Attempt attempt) throws IOException {
        Path file = Files.createDirectories(Path.of("target/fuzz"))
                .resolve(target.name().replaceAll("[^A-Za-z0-9._-]", "_") + "-" + seed);
        Files.write(file, bytes);
        return new AssertionError(
                target.name() + " with seed " + seed + ": " + attempt.allocated() + " bytes of heap for " + bytes.length
                        + ", input left as " + file,
                attempt.failure());
    }
}
