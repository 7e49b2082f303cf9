package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.TfliteWriter.Scaling;

/** What compiling does with sources that the chip takes in part, with files in its way and with damaged ones. */
class CompileCommandTest {
    private static final TensorType INT8 = SourceSketch.INT8;
    private static final Scaling NUMBERS = SourceSketch.NUMBERS;

    @TempDir
    private Path folder;

    private Path written(Consumer<SourceSketch> writing) throws IOException {
        SourceSketch net = new SourceSketch();
        writing.accept(net);
        return Files.write(folder.resolve("net.tflite"), net.write());
    }

    static Stream<CompileRefusalsTest.Case> cut() {
        return Stream.of(
                CompileRefusalsTest.of(
                        "unknown operator",
                        "1 of 3: is not covered",
                        net -> net.image()
                                .convolution(4, 1, 8, 8, 4)
                                .plain("HARD_SWISH")
                                .convolution(4, 1, 8, 8, 4)),
                CompileRefusalsTest.of(
                        "tensor added to itself",
                        "1 of 2: takes tensor 3 twice",
                        net -> net.image().convolution(4, 1, 8, 8, 4).add(3)));
    }

    @Test
    void anImageThatTheHostNeedsTooLeavesTheChip() throws IOException {
        Path source = written(net -> net.image()
                .convolution(4, 1, 8, 8, 4)
                .convolution(4, 1, 8, 8, 4)
                .from(3)
                .plain("HARD_SWISH")
                .add(6));
        Shell shell = Shell.run("compile", source, "-o", folder.resolve("out.tflite"), "--json");

        assertThat(shell.status()).as(shell.err() + shell.out()).isZero();
        assertThat(shell.json().getInt("operators_mapped")).isEqualTo(2);
        assertThat(shell.json().getObject("check").getBoolean("agrees")).isTrue();
    }

    /** An operator in the middle that is not covered: the rest stays on the host, and the log says why. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cut")
    void areCutWhereAnOperatorIsNotCovered(CompileRefusalsTest.Case each) throws IOException {
        Path out = folder.resolve("out.tflite");
        Shell shell = Shell.run("compile", written(each.writing()), "-o", out, "--json");

        assertThat(shell.status()).as(shell.err() + shell.out()).isZero();
        String[] said = each.said().get(0).split(" of |: ", 3);
        assertThat(shell.json().getInt("operators_mapped")).isEqualTo(Integer.parseInt(said[0]));
        assertThat(shell.json().getInt("operators_total")).isEqualTo(Integer.parseInt(said[1]));
        assertThat(shell.json().getArray("operators").getObject(1).getString("reason"))
                .startsWith(said[2]);
        assertThat(shell.json().getObject("check").getBoolean("agrees")).isTrue();
        assertThat(TfliteModel.read(out).operators()).hasSize(Integer.parseInt(said[1]));
    }

    @Test
    void layersForWhichThereIsNoRoomStayOnTheHost() throws IOException {
        Path source = written(net -> net.input(INT8, NUMBERS, 1, 512, 512, 4)
                .convolution(4, 1, 512, 512, 4)
                .convolution(4, 1, 512, 512, 32));
        Shell shell = Shell.run("compile", source, "-o", folder.resolve("out.tflite"), "--no-check", "--json");
        assertThat(shell.status()).as(shell.err()).isZero();
        assertThat(shell.json().getInt("operators_mapped")).isEqualTo(1);
        assertThat(shell.json().getArray("operators").getObject(1).getString("reason"))
                .contains("bytes of narrow memory");
    }

    /** More parameters than the chip keeps are no reason to refuse: the log says how many bytes the host sends. */
    @Test
    void parametersForWhichThereIsNoRoomComeFromTheHost() throws IOException {
        Path source = written(net -> {
            net.input(INT8, NUMBERS, 1, 4, 4, 1024);
            for (int i = 0; i < 12; i++) {
                net.convolution(1024, 1, 4, 4, 1024);
            }
        });
        Shell shell = Shell.run("compile", source, "-o", folder.resolve("out.tflite"), "--no-check", "--json");
        assertThat(shell.status()).as(shell.err()).isZero();
        assertThat(shell.json().getInt("operators_mapped")).isEqualTo(12);
        int kept = shell.json().getInt("on_chip_parameters_bytes");
        assertThat(shell.json().getInt("off_chip_parameters_bytes")).isGreaterThan(4_000_000);
        assertThat(kept + shell.json().getInt("off_chip_parameters_bytes")).isEqualTo(12_632_064);
    }

    @Test
    void leaveWhatIsInTheWay() throws IOException {
        Path source = written(net -> net.image().convolution(4, 1, 8, 8, 4));
        byte[] before = Files.readAllBytes(source);
        Path there = Files.writeString(folder.resolve("there.tflite"), "mine");
        Path missing = folder.resolve("missing/out.tflite");
        for (List<Object> words : List.<List<Object>>of(
                List.of("-o", there),
                List.of("-o", folder, "--overwrite"),
                List.of("-o", source, "--overwrite"),
                List.of("-o", missing),
                List.of("-o", folder.resolve("new.tflite"), "--page", source, "--overwrite"),
                List.of("-o", folder.resolve("new.tflite"), "--page", there),
                List.of("-o", folder.resolve("new.tflite"), "--page", folder.resolve("new.tflite")))) {
            Shell shell = Shell.run(
                    Stream.concat(Stream.of("compile", source), words.stream()).toArray());
            assertThat(shell.status()).as(words + shell.err()).isEqualTo(FactsCommand.BAD_INPUT);
        }
        assertThat(source).hasBinaryContent(before);
        assertThat(there).hasContent("mine");
        assertThat(files()).containsExactlyInAnyOrder(source, there);
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A source with bytes of other values compiles or is refused in one sentence; nothing else happens. */
    @Test
    void damagedOnesAreRefusedOrCompiled() throws IOException {
        byte[] good = Files.readAllBytes(written(net -> net.image()
                .convolution(INT8, NUMBERS, new Scaling(new float[] {1, 2, 1, 2}, 0, 0), 4, 1, 8, 8, 4)
                .plain("HARD_SWISH")));
        Random random = new Random(23);
        int refused = 0;
        for (int round = 0; round < 200; round++) {
            byte[] damaged = round % 8 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            for (int i = 0; i < 1 + round % 3 && damaged.length > 0; i++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Path source = Files.write(folder.resolve("net.tflite"), damaged);
            Shell shell = Shell.run("compile", source, "-o", folder.resolve("out.tflite"), "--no-check", "--overwrite");
            assertThat(shell.status()).as("round " + round + ": " + shell.err()).isIn(0, 2);
            if (shell.status() != 0) {
                assertThat(shell.err()).startsWith("tensorizer: ").hasLineCount(1);
                refused++;
            }
        }
        assertThat(refused).isBetween(25, 195);
    }
}
