package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.isa.DenseShape;
import org.tensorizer.isa.ParameterFormat;
import org.tensorizer.model.ByteRange;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

/** Names in a model are whatever somebody wrote there: markup, terminal commands, paths, ten megabytes. */
class StrangeNamesTest {
    private static final String TRICKS = "<script>alert(1)</script>\u001b[2J\u001b]0;owned\u0007\r\nok\u202e../../etc";
    private static final int LONG = 10_000_000;

    @TempDir
    private Path folder;

    private Path model(String name) throws IOException {
        DenseSpec spec = DenseSpec.of(DenseShape.of(8, 8, ParameterFormat.PER_TENSOR))
                .weights(DenseSpec.identityWeights(8))
                .names(name, "out-" + name)
                .token(1)
                .build();
        return Files.write(folder.resolve("model" + name.length() + ".tflite"), CompiledModelWriter.write(spec));
    }

    /** The same model with the name of its input tensor at the end of the file, where there is space for a long one. */
    private Path modelOfALongName() throws IOException {
        byte[] sound = Files.readAllBytes(model("input"));
        byte[] name = "input".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file = ByteBuffer.allocate(sound.length + 8 + LONG).order(ByteOrder.LITTLE_ENDIAN);
        file.put(sound);
        ByteRange compiled = TfliteModel.parse("sound", sound).onlyPackage().range();
        int moved = 0;
        for (int at = 0; at + 4 <= sound.length; at += 4) {
            long text = at + Integer.toUnsignedLong(file.getInt(at));
            boolean graph = at < compiled.start() || at >= compiled.end();
            if (graph
                    && text + 4 + name.length <= sound.length
                    && file.getInt((int) text) == name.length
                    && Arrays.equals(sound, (int) text + 4, (int) text + 4 + name.length, name, 0, name.length)) {
                file.putInt(at, sound.length - at);
                moved++;
            }
        }
        assertThat(moved).isEqualTo(1);
        Arrays.fill(file.putInt(LONG).array(), file.position(), file.position() + LONG, (byte) 'x');
        return Files.write(folder.resolve("long.tflite"), file.array());
    }

    static Stream<List<String>> commands() {
        return Stream.of(
                List.of("inspect", "FILE"),
                List.of("parse", "FILE"),
                List.of("disassemble", "FILE"),
                List.of("diff", "FILE", Shell.IDENTITY.toString()),
                List.of("run", "FILE", "--device", "emulator"),
                List.of("run", "FILE", "--device", "cpu"),
                List.of("template", "verify", "FILE"));
    }

    private Shell run(List<String> command, Path file) {
        return Shell.run(
                command.stream().map(word -> word.equals("FILE") ? file : word).toArray());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void noneReachesTheTerminalAsMoreThanText(List<String> command) throws IOException {
        Shell shell = run(command, model(TRICKS));
        String all = shell.out() + shell.err();
        assertThat(all).isNotEmpty();
        assertThat(all.replace("\n", "")).matches(text -> text.chars().noneMatch(Character::isISOControl));
        assertThat(all).doesNotContain("\u202e");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void tenMegabytesAreCutShort(List<String> command) throws IOException {
        Shell shell = run(command, modelOfALongName());
        assertThat(shell.out().length() + shell.err().length()).isLessThan(200_000);
    }

    @Test
    void jsonHasThemWhole() throws IOException, JsonParserException {
        for (Path file : List.of(model(TRICKS), modelOfALongName())) {
            Shell shell = Shell.run("inspect", file, "--json");
            assertThat(shell.status()).isZero();
            assertThat(shell.out()).doesNotContain("\u001b");
            assertThat(JsonParser.object()
                            .from(shell.out())
                            .getArray("tensors")
                            .getObject(0)
                            .getString("name"))
                    .isIn(TRICKS, "x".repeat(LONG));
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
