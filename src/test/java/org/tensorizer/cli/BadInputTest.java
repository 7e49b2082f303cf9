package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command that takes a model, on every kind of file that is none: status 2, one clear line, nothing written. */
class BadInputTest {
    @TempDir
    private Path folder;

    static Stream<List<String>> commands() {
        return Stream.of(
                List.of("inspect", "FILE"),
                List.of("parse", "FILE"),
                List.of("extract", "FILE", "--out", "OUT"),
                List.of("patch", "FILE", "-o", "OUT", "--mode", "zero"),
                List.of("run", "FILE", "--device", "emulator"),
                List.of("compare", "FILE", "--device", "emulator", "--against", "emulator"),
                List.of("diff", "FILE", "FILE"),
                List.of("disassemble", "FILE"),
                List.of("template", "verify", "FILE"),
                List.of("template", "from", "FILE", "--output", "OUT"),
                List.of("compile", "FILE"),
                List.of("recover", "FILE", "--device", "emulator"),
                List.of("probe", "FILE", "--out", "0", "--in", "0", "--device", "emulator"),
                List.of("bench", "FILE", "--device", "emulator"),
                List.of("replay", "FILE"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void damagedFilesEndWithStatus2(List<String> command) throws IOException {
        byte[] model = Files.readAllBytes(Shell.IDENTITY);
        byte[] random = new byte[5000];
        new Random(1).nextBytes(random);
        List<Path> bad = new ArrayList<>(List.of(folder.resolve("missing"), folder));
        bad.add(Files.write(folder.resolve("empty.tflite"), new byte[0]));
        bad.add(Files.write(folder.resolve("random.tflite"), random));
        bad.add(Files.write(folder.resolve("truncated.tflite"), Arrays.copyOf(model, model.length / 2)));
        bad.add(Files.writeString(folder.resolve("text.tflite"), "this is no model, but text of some length"));
        for (Path file : bad) {
            Shell shell = Shell.run(command.stream()
                    .map(word -> word.equals("FILE") ? file : word.equals("OUT") ? folder.resolve("out") : word)
                    .toArray());

            assertThat(shell.status())
                    .as("%s %s%n%s", command, file, shell.err())
                    .isEqualTo(FactsCommand.BAD_INPUT);
            assertThat(shell.err())
                    .startsWith("tensorizer: ")
                    .doesNotContain("Exception")
                    .doesNotContain("\tat ");
            assertThat(folder.resolve("out")).doesNotExist();
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpOfEveryCommandHasAnExampleOrAFooter(List<String> command) {
        List<Object> words = new ArrayList<>();
        words.add(command.get(0));
        if (command.get(0).equals("template")) {
            words.add(command.get(1));
        }
        words.add("--help");
        Shell shell = Shell.run(words.toArray());

        assertThat(shell.status()).isZero();
        assertThat(shell.out()).contains("Usage: tensorizer " + command.get(0)).contains("--json");
    }
}
