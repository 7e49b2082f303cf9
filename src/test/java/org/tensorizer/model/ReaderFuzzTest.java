package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.SharedFolder;

/**
 * Damaged models, packages, multi-executables and executables by the thousand: each ends in facts that hold or in
 * {@link ModelFormatException}, and takes no more than 64 bytes of heap for each byte of the file and 2 MB besides.
 *
 * <p>{@code -Dtensorizer.fuzz.seconds=N} sets the time (8 by default), {@code -Dtensorizer.fuzz.seed=N} the seed. The
 * message of a failure names the seed and the file it left in {@code target/fuzz}; mended, that file goes to
 * {@code src/test/resources/hostile}.
 */
class ReaderFuzzTest {
    private static final long SECONDS = Long.getLong("tensorizer.fuzz.seconds", 8);
    private static final long SEED = Long.getLong("tensorizer.fuzz.seed", 20_260_101);
    private static final int LARGEST_SEED = 1 << 18;
    private static final long HEAP = 1 << 21;
    private static final long HEAP_PER_BYTE = 64;

    /** A sound file, where its structure is, and the reader it is for. */
    private record Target(String name, Mutator mutator, BiConsumer<String, byte[]> reader) {}

    /** The limit only ends a hang: it is far from what the run needs. */
    @Test
    void damagedFilesEndInFactsOrAFormatException(TestReporter reporter) {
        assertTimeoutPreemptively(Duration.ofSeconds(2 * SECONDS + 120), () -> fuzz(reporter));
    }

    private static void fuzz(TestReporter reporter) throws IOException {
        List<Target> targets = targets();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        int refused = 0;
        int runs = 0;
        for (; System.nanoTime() < end; runs++) {
            Target target = targets.get(runs % targets.size());
            byte[] bytes = target.mutator().mutate(new Random(SEED + runs));
            if (!run(target, bytes, SEED + runs)) {
                refused++;
            }
        }
        reporter.publishEntry(Map.of("files", "" + runs, "refused", "" + refused));
        // neither a mutator that never hits nor one that always destroys the first bytes tests anything
        assertThat(refused).isBetween(runs / 10, runs - runs / 100);
    }

    /** Whether the file was read; false if it was refused as it should be. */
    private static boolean run(Target target, byte[] bytes, long seed) throws IOException {
        boolean[] read = new boolean[1];
        Throwable[] failure = new Throwable[1];
        long allocated = Allocation.of(() -> {
            try {
                target.reader().accept(target.name(), bytes);
                read[0] = true;
            } catch (ModelFormatException e) {
                read[0] = false;
            } catch (Throwable e) {
                failure[0] = e;
            }
        });
        if (failure[0] != null || allocated > HEAP + HEAP_PER_BYTE * bytes.length) {
            Path file = Files.createDirectories(Path.of("target/fuzz")).resolve(target.name() + "-" + seed);
            Files.write(file, bytes);
            throw new AssertionError(
                    target.name() + " with seed " + seed + ": " + allocated + " bytes of heap for " + bytes.length
                            + ", file left as " + file,
                    failure[0]);
        }
        return read[0];
    }

    private static List<Target> targets() throws IOException {
        List<Target> targets = new ArrayList<>();
        for (Path file : seeds()) {
            addAll(targets, file.getFileName().toString(), Files.readAllBytes(file));
        }
        byte[] caching = SyntheticModel.executable(1, 5, new byte[8], List.of(new byte[16]));
        byte[] execution = SyntheticModel.executable(2, 5, new byte[0], List.of(new byte[16], new byte[32]));
        byte[] compiled = SyntheticModel.pack(List.of(execution, caching));
        byte[] two = SyntheticModel.options(2, List.of(compiled, compiled), 18, 18);
        byte[] one = SyntheticModel.options(8, List.of(compiled));
        addAll(targets, "synthetic", SyntheticModel.tflite(List.of(two, one)));
        return targets;
    }

    /** The repository's own templates, and real models that are small enough to be damaged often. */
    private static List<Path> seeds() throws IOException {
        List<Path> seeds = new ArrayList<>();
        for (Path folder : List.of(Path.of("fixtures"), SharedFolder.root().resolve("templates"))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    seeds.addAll(files.filter(file -> file.toString().endsWith(".tflite"))
                            .filter(file -> file.toFile().length() <= LARGEST_SEED)
                            .sorted()
                            .toList());
                }
            }
        }
        return seeds;
    }

    private static void addAll(List<Target> targets, String name, byte[] bytes) {
        TfliteModel model = TfliteModel.parse(name, bytes);
        List<ByteRange> bulk = new ArrayList<>();
        model.tensors().forEach(tensor -> bulk.add(tensor.data()));
        model.packages().forEach(compiled -> bulk.addAll(bulk(compiled, 0)));
        targets.add(new Target(name, new Mutator(bytes, bulk), (n, b) -> ReadFacts.touch(TfliteModel.parse(n, b))));
        if (!model.isCompiled()) {
            return;
        }
        EdgeTpuPackage compiled = model.packages().get(0);
        int start = compiled.range().start();
        targets.add(new Target(
                name + ".package",
                new Mutator(part(bytes, compiled.range()), bulk(compiled, start)),
                (n, b) -> ReadFacts.touch(EdgeTpuPackage.parse(n, b), b.length)));
        targets.add(new Target(
                name + ".multi",
                new Mutator(
                        part(bytes, compiled.multiExecutable()),
                        bulk(compiled, compiled.multiExecutable().start())),
                (n, b) -> Executable.parseMulti(n, b).forEach(executable -> ReadFacts.touch(executable, b.length))));
        for (Executable executable : compiled.executables()) {
            targets.add(new Target(
                    name + ".executable" + executable.index(),
                    new Mutator(
                            part(bytes, executable.range()),
                            bulk(executable, executable.range().start())),
                    (n, b) -> ReadFacts.touch(Executable.parse(n, b), b.length)));
        }
    }

    private static List<ByteRange> bulk(EdgeTpuPackage compiled, int start) {
        List<ByteRange> bulk = new ArrayList<>();
        compiled.executables().forEach(executable -> bulk.addAll(bulk(executable, start)));
        return bulk;
    }

    private static List<ByteRange> bulk(Executable executable, int start) {
        List<ByteRange> bulk = new ArrayList<>();
        bulk.add(shift(executable.parameters(), start));
        executable.chunks().forEach(chunk -> bulk.add(shift(chunk.range(), start)));
        return bulk;
    }

    private static ByteRange shift(ByteRange range, int start) {
        return new ByteRange(range.start() - start, range.end() - start);
    }

    private static byte[] part(byte[] bytes, ByteRange range) {
        return Arrays.copyOfRange(bytes, range.start(), range.end());
    }
}
