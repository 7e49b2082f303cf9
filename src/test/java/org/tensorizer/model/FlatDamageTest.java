package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.fuzz.FlatDamage;
import org.tensorizer.fuzz.Mutator;

/** What damage by grammar makes of a sound executable: among the rest, files that a reader must take. */
class FlatDamageTest {
    private static final byte[] SOUND =
            SyntheticModel.executable(2, 5, new byte[64], List.of(new byte[16], new byte[32]));
    private static final FlatDamage DAMAGE = new FlatDamage(SOUND, Mutator.sparing(SOUND, List.of()));

    /** The list grew, the file with it, and all other offsets still lead where they led. */
    @Test
    void longListsThatShareATableAreSound() {
        List<Executable> grown = executables().stream()
                .filter(each -> each.range().length() > SOUND.length + 400)
                .toList();
        assertThat(grown).isNotEmpty().allMatch(each -> each.parameters().length() == 64);
        assertThat(grown.stream()
                        .mapToInt(each -> each.inputLayers().size())
                        .max()
                        .orElse(0))
                .isGreaterThan(100);
        assertThat(grown.stream()
                        .mapToInt(each -> each.hints().hints().size())
                        .max()
                        .orElse(0))
                .isGreaterThan(100);
    }

    @Test
    void mostDamageIsRefused() {
        assertThat(executables().size()).isBetween(1000, 8000);
    }

    private static List<Executable> executables() {
        return IntStream.range(0, 10_000)
                .mapToObj(seed -> DAMAGE.of(SOUND, new Random(seed)))
                .flatMap(bytes -> {
                    try {
                        return Stream.of(Executable.parse("damaged", bytes));
                    } catch (BadInputException e) {
                        return Stream.empty();
                    }
                })
                .toList();
    }
}
