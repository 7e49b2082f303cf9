package org.tensorizer.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.fuzz.FlatDamage;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;

/**
 * Damaged models, packages, multi-executables and executables by the thousand: each ends in facts that hold or in
 * {@link BadInputException}, and takes no more than 64 MB for a file of one.
 */
class ReaderFuzzTest {
    private static final int LARGEST_SEED = 1 << 18;

    /** With two relocations and a hint each they make a megabyte, all of it structure. */
    private static final int CHUNKS = 4000;

    @Test
    void damagedFilesEndInFactsOrAFormatException(TestReporter reporter) throws IOException {
        Fuzz.ofReader(1, BadInputException.class).run(targets(), reporter);
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
        byte[] much = SyntheticModel.executable(2, 5, new byte[0], Collections.nCopies(CHUNKS, new byte[16]));
        targets.add(executable("megabyte", much, List.of()));
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
        targets.add(
                target(name, bytes, Mutator.sparing(bytes, bulk), (n, b) -> ReadFacts.touch(TfliteModel.parse(n, b))));
        if (!model.isCompiled()) {
            return;
        }
        EdgeTpuPackage compiled = model.packages().get(0);
        targets.add(target(
                name + ".flexbuffer", bytes, flexBuffer(model), (n, b) -> ReadFacts.touch(TfliteModel.parse(n, b))));
        byte[] alone = part(bytes, compiled.range());
        targets.add(target(
                name + ".package",
                alone,
                Mutator.sparing(alone, bulk(compiled, compiled.range().start())),
                (n, b) -> ReadFacts.touch(EdgeTpuPackage.parse(n, b), b.length)));
        for (Executable executable : compiled.executables()) {
            targets.add(executable(
                    name + ".executable" + executable.index(),
                    part(bytes, executable.range()),
                    bulk(executable, executable.range().start())));
        }
    }

    private static Target executable(String name, byte[] bytes, List<ByteRange> bulk) {
        return target(
                name, bytes, Mutator.sparing(bytes, bulk), (n, b) -> ReadFacts.touch(Executable.parse(n, b), b.length));
    }

    private static Target target(String name, byte[] bytes, Mutator bytewise, Fuzz.Reader reader) {
        return new Target(name, bytes, new FlatDamage(bytes, bytewise), reader);
    }

    /** Damage to the map around the packages: its widths, types, offsets and keys. */
    private static Mutator flexBuffer(TfliteModel model) {
        Operator compiled = model.operators().get(model.packages().get(0).operator());
        return Mutator.within(
                compiled.customOptions(),
                model.packages().stream().map(EdgeTpuPackage::range).toList());
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
