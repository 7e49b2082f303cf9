package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.Printable;
import org.tensorizer.template.StrangeModels;

/** Names in a model are whatever somebody wrote there: markup, terminal commands, paths, ten megabytes. */
class StrangeNamesTest {
    private static final String TRICKS =
            "<script>alert(1)</script>\u001b[2J\u001b]0;owned\u0007\r\nok\u202e\u2066\u061c\u200b\ufeff\u009b../../etc";

    @TempDir
    private Path folder;

    private Path model(String name) throws IOException {
        return Files.write(
                folder.resolve("model" + name.length() + ".tflite"), StrangeModels.named(name, "out-" + name));
    }

    private Path modelOfLongNames() throws IOException {
        return Files.write(folder.resolve("long.tflite"), StrangeModels.ofLongNames());
    }

    static Stream<List<String>> commands() {
        return Stream.of(
                List.of("inspect", "FILE"),
                List.of("parse", "FILE"),
                List.of("disassemble", "FILE"),
                List.of("diff", "FILE", Shell.IDENTITY.toString()),
                List.of("run", "FILE", "--device", "emulator"),
                List.of("compare", "FILE", "--device", "emulator", "--against", "emulator"),
                List.of("run", "FILE", "--device", "cpu"),
                List.of("template", "verify", "FILE"),
                List.of("patch", "FILE", "-o", "FILE.out", "--mode", "zero"),
                List.of("extract", "FILE", "--out", "FILE.parts"),
                List.of("probe", "FILE", "--out", "1", "--in", "1", "--device", "emulator"));
    }

    private Shell run(List<String> command, Path file) {
        return Shell.run(command.stream()
                .map(word -> word.replace("FILE", file.toString()))
                .toArray());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void noneReachesTheTerminalAsMoreThanText(List<String> command) throws IOException {
        Shell shell = run(command, model(TRICKS));
        assertIsText(shell.out() + shell.err());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void neitherDoesTheNameOfTheFile(List<String> command) throws IOException {
        String name = "<b>\u001b[2J\u202egnp\r.tflite";
        assumeTrue(
                Charset.forName(System.getProperty("sun.jnu.encoding"))
                        .newEncoder()
                        .canEncode(name),
                "needs a locale whose file names may hold any character, such as C.UTF-8");
        Path file = Files.write(folder.resolve(name), StrangeModels.named("input", "output"));
        Shell shell = run(command, file);
        assertIsText(shell.out() + shell.err());
    }

    private static void assertIsText(String all) {
        assertThat(all).isNotEmpty().isEqualTo(Printable.lines(all, Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void tenMegabytesAreCutShort(List<String> command) throws IOException {
        Shell shell = run(command, modelOfLongNames());
        String all = shell.out() + shell.err();
        assertThat(all).hasSizeLessThan(20_000);
        if (all.contains("xxx")) {
            assertThat(all).contains("... (10000000 characters, SHA-256 ");
        }
    }

    @Test
    void jsonHasThemWhole() throws IOException, JsonParserException {
        for (Path file : List.of(model(TRICKS), modelOfLongNames())) {
            Shell shell = Shell.run("inspect", file, "--json");
            assertThat(shell.status()).isZero();
            assertThat(shell.out()).doesNotContain("\u001b");
            assertThat(JsonParser.object()
                            .from(shell.out())
                            .getArray("files")
                            .getObject(0)
                            .getArray("tensors")
                            .getObject(0)
                            .getString("name"))
                    .isIn(TRICKS, "x".repeat(StrangeModels.LONG));
        }
    }

    /** Files are named by position, never by what the model calls its parts. */
    @Test
    void nothingIsWrittenOutsideOfTheFolder() throws IOException {
        Path file = model("../../escaped");
        Path out = folder.resolve("deep/below/out");
        assertThat(Shell.run("extract", file, "--out", out).status()).isZero();
        try (Stream<Path> written = Files.walk(folder)) {
            assertThat(written.filter(Files::isRegularFile).filter(path -> !path.equals(file)))
                    .isNotEmpty()
                    .allMatch(path -> path.getParent().equals(out));
        }
        assertThat(out.resolve("metadata.json")).exists();
    }
}
