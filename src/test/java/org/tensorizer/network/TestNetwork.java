package org.tensorizer.network;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.tensorizer.SharedFolder;
import org.tensorizer.model.TfliteModel;

/**
 * A network to test with: one of {@link SeededNetwork}, compiled here, or a real one with what edgetpu_compiler made of it,
 * where the shared folder has it.
 *
 * @param name its path in the shared folder, and the seed if it has one
 * @param seeded whether it is one of {@link SeededNetwork}
 * @param source what TFLite runs on the CPU
 * @param compiled for the Edge TPU
 */
public record TestNetwork(String name, boolean seeded, Supplier<TfliteModel> source, Supplier<TfliteModel> compiled) {
    /** Weights of a seed. */
    public static TestNetwork seeded(String name, long seed) {
        SeededNetwork network = SeededNetwork.of(name);
        return new TestNetwork(
                name + " of seed " + seed, true, () -> network.source(seed), () -> network.compiled(seed));
    }

    /**
     * Arguments of parameterized tests, a network first. A network that is described gives a row for seed 1, a network in
     * the shared folder a row for the real one; one that is both gives two, one that is neither none.
     *
     * @param rows each a name and what follows it, behind commas
     */
    public static Stream<Arguments> rows(String... rows) {
        return Stream.of(rows).flatMap(row -> {
            String[] words = row.split(" *, *");
            Path source = SharedFolder.root().resolve(words[0] + ".tflite");
            Path compiled = SharedFolder.root().resolve(words[0] + "_edgetpu.tflite");
            Stream<TestNetwork> seeded = SeededNetwork.has(words[0]) ? Stream.of(seeded(words[0], 1)) : Stream.empty();
            Stream<TestNetwork> real = Files.exists(compiled)
                    ? Stream.of(new TestNetwork(
                            words[0], false, () -> TfliteModel.read(source), () -> TfliteModel.read(compiled)))
                    : Stream.empty();
            return Stream.concat(seeded, real).map(network -> {
                Object[] arguments = Arrays.copyOf(words, words.length, Object[].class);
                arguments[0] = network;
                return Arguments.of(arguments);
            });
        });
    }

    @Override
    public String toString() {
        return name;
    }
}
