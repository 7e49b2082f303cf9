package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds, as the kernel counts it.
 *
 * @param residentKilobytes memory, after a garbage collection
 * @param files open file descriptors
 * @param shared mapped files of worker processes, by the kernel's list of mappings
 * @param threads of any kind
 * @param children processes it started that are not gone
 */
public record Resources(long residentKilobytes, long files, long shared, long threads, long children) {
    private static final Path SELF = Path.of("/proc/self");

    /** Counts after a garbage collection; a test on a system that does not say is skipped. */
    public static Resources now() {
        assumeTrue(Files.isReadable(SELF.resolve("status")), "needs " + SELF + " to count what the process holds");
        System.gc();
        try (Stream<Path> files = Files.list(SELF.resolve("fd"));
                Stream<String> mappings = Files.lines(SELF.resolve("maps"))) {
            return new Resources(
                    status("VmRSS"),
                    files.count(),
                    mappings.filter(line -> line.contains("tensorizer-worker")).count(),
                    status("Threads"),
                    ProcessHandle.current().descendants().count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For another process: the numbers in their order. */
    public String toText() {
        return residentKilobytes + " kB, " + files + " files, " + shared + " shared, " + threads + " threads, "
                + children + " children";
    }

    /** What {@link #toText} gave. */
    public static Resources parse(String text) {
        long[] numbers =
                Stream.of(text.split("\\D+")).mapToLong(Long::parseLong).toArray();
        return new Resources(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    private static long status(String name) throws IOException {
        try (Stream<String> lines = Files.lines(SELF.resolve("status"))) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * What is held when all that takes its time is over: mapped memory is given back some time after its buffer is found
     * to be garbage, by another thread.
     */
    public static Resources settled(Resources before) throws InterruptedException {
        Resources now = now();
        for (int i = 0; i < 100 && (now.shared > before.shared || now.threads > before.threads); i++) {
            Thread.sleep(20);
            now = now();
        }
        return now;
    }

    /**
     * Nothing was left over since then.
     *
     * @param slack kilobytes that heap and allocator may have grown by
     */
    public void assertNoMoreThan(Resources before, long slack) {
        assertThat(children).as("processes").isLessThanOrEqualTo(before.children);
        assertThat(files).as("open files").isLessThanOrEqualTo(before.files + 1);
        assertThat(shared).as("mapped files").isLessThanOrEqualTo(before.shared);
        assertThat(threads).as("threads").isLessThanOrEqualTo(before.threads + 2);
        assertThat(residentKilobytes - before.residentKilobytes)
                .as("growth of the process in kB")
                .isLessThan(slack);
    }
}
