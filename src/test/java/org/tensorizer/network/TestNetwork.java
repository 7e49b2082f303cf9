package org.tensorizer.network;

import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.tensorizer.SharedFolder;
import org.tensorizer.model.TfliteModel;

/**
 * A network to test with: one of {@link SeededNetwork}, compiled here, or a real one with what edgetpu_compiler made of it,
 * where the shared folder has it. Arguments of parameterized tests are written as rows, each a name or two and what else
 * the test takes, behind commas. Rows of real networks are left out where the shared folder is not; where it is, one that it
 * does not have is an error.
 *
 * @param name its path in the shared folder, and the seed if it has one
 * @param seeded whether it is one of {@link SeededNetwork}
 * @param source what TFLite runs on the CPU
 * @param compiled for the Edge TPU
 */
public record TestNetwork(String name, boolean seeded, Supplier<TfliteModel> source, Supplier<TfliteModel> compiled) {
    private static final Map<String, SoftReference<Network>> FOUND = new ConcurrentHashMap<>();

    /** Each as the real one, and with the weights of seed 1 if it is described. */
    public static Stream<Arguments> rows(String... rows) {
        String[] described =
                Stream.of(rows).filter(row -> SeededNetwork.has(words(row)[0])).toArray(String[]::new);
        return Stream.concat(seeded(described), real(rows));
    }

    /** Each with the weights of seed 1. */
    public static Stream<Arguments> seeded(String... rows) {
        return Stream.of(rows).map(TestNetwork::words).map(words -> arguments(words, seeded(words[0], 1)));
    }

    /** Each as the real one. */
    public static Stream<Arguments> real(String... rows) {
        return Stream.of(rows)
                .map(TestNetwork::words)
                .flatMap(words -> real(words[0]).map(network -> arguments(words, network)));
    }

    /** Two networks a row: the weights of seeds 1 and 2 if both are described, and the real ones if they are two. */
    public static Stream<Arguments> pairs(String... rows) {
        return Stream.of(rows).map(TestNetwork::words).flatMap(words -> {
            boolean described = SeededNetwork.has(words[0]) && SeededNetwork.has(words[1]);
            Stream<Arguments> seeded =
                    described ? Stream.of(arguments(words, seeded(words[0], 1), seeded(words[1], 2))) : Stream.of();
            Stream<Arguments> real = real(words[0])
                    .filter(a -> !words[0].equals(words[1]))
                    .flatMap(a -> real(words[1]).map(b -> arguments(words, a, b)));
            return Stream.concat(seeded, real);
        });
    }

    private static String[] words(String row) {
        return row.split(" *, +");
    }

    private static TestNetwork seeded(String name, long seed) {
        if (!SeededNetwork.has(name)) {
            throw new IllegalArgumentException("networks/real.txt does not describe " + name);
        }
        SeededNetwork network = SeededNetwork.of(name);
        return new TestNetwork(
                name + " of seed " + seed, true, () -> network.source(seed), () -> network.compiled(seed));
    }

    private static Stream<TestNetwork> real(String name) {
        Path source = SharedFolder.root().resolve(name + ".tflite");
        Path compiled = SharedFolder.root().resolve(name + "_edgetpu.tflite");
        return Stream.of(new TestNetwork(name, false, () -> TfliteModel.read(source), () -> TfliteModel.read(compiled)))
                .filter(network -> SharedFolder.has(source) && SharedFolder.has(compiled));
    }

    private static Arguments arguments(String[] words, TestNetwork... networks) {
        Object[] arguments = Arrays.copyOf(words, words.length, Object[].class);
        System.arraycopy(networks, 0, arguments, 0, networks.length);
        return Arguments.of(arguments);
    }

    /** The network that was compiled; of one of {@link SeededNetwork} found once, while there is memory to keep it. */
    public Network network() {
        if (!seeded) {
            return Network.of(compiled.get());
        }
        Network known = FOUND.getOrDefault(name, new SoftReference<>(null)).get();
        Network network = known == null ? Network.of(compiled.get()) : known;
        FOUND.put(name, new SoftReference<>(network));
        return network;
    }

    @Override
    public String toString() {
        return name;
    }
}
