package org.tensorizer.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.fuzz.Fuzz.Reader;
import org.tensorizer.fuzz.Fuzz.Target;

/** A fuzz test fails where a reader does. */
class FuzzTest {
    private static final byte[] SOUND = new byte[64];

    @Test
    void findsAnExceptionThatIsNotTheReaders(TestReporter reporter) {
        assertThatThrownBy(() -> run(reporter, (name, bytes) -> {
                    if (bytes.length > 9 && bytes[9] != 0) {
                        throw new IllegalStateException("trap");
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("input left as target/fuzz/trap-")
                .hasRootCauseMessage("trap");
    }

    @Test
    void findsHeapThatAnotherThreadTakes(TestReporter reporter) {
        ExecutorService helper = Executors.newSingleThreadExecutor();
        try {
            assertThatThrownBy(() -> run(reporter, (name, bytes) -> await(helper, () -> new byte[3 << 20])))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("bytes of heap for");
        } finally {
            helper.shutdownNow();
        }
    }

    @Test
    void isNotContentWithAReaderThatTakesEverything(TestReporter reporter) {
        assertThatThrownBy(() -> run(reporter, (name, bytes) -> {})).isInstanceOf(AssertionError.class);
    }

    /** Three steps that each refuse on a line of their own: by chance one input in millions passes all of them at once. */
    @Test
    void damageAddsUp(TestReporter reporter) {
        Fuzz.Damage oneByte = (bytes, random) -> {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(4)] = (byte) random.nextInt();
            return damaged;
        };
        Reader steps = (name, bytes) -> {
            if (bytes[0] != 7) {
                throw new BadInputException("first");
            }
            if (bytes[1] != 8) {
                throw new BadInputException("second");
            }
            if (bytes[2] != 9) {
                throw new BadInputException("third");
            }
            throw new IllegalStateException("trap");
        };
        Fuzz fuzz = Fuzz.ofReader(60, BadInputException.class);
        assertThatThrownBy(() -> fuzz.run(List.of(new Target("steps", SOUND, oneByte, steps)), reporter))
                .hasRootCauseMessage("trap");
    }

    @Test
    void wordsAreExchangedAndTheRestIsKept() {
        Words words = new Words("[a-z]+", List.of("zero"));
        byte[] sound = "row:12".getBytes(StandardCharsets.US_ASCII);
        assertThat(IntStream.range(0, 200)
                        .mapToObj(seed -> new String(words.of(sound, new Random(seed)), StandardCharsets.US_ASCII)))
                .contains("zero:12")
                .doesNotContain("row:12zerozerozerozero");
    }

    private static void run(TestReporter reporter, Reader reader) {
        Fuzz.ofReader(0.2, BadInputException.class)
                .run(List.of(new Target("trap", SOUND, Mutator.sparing(SOUND, List.of()), reader)), reporter);
    }

    private static <T> T await(ExecutorService helper, Callable<T> work) {
        try {
            return helper.submit(work).get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
