package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchCommandTest {
    @TempDir
    private Path folder;

    @Test
    void changesOneCellAndBothTokensAndRecordsIt() throws IOException {
        Path patched = folder.resolve("cell.tflite");
        Path record = folder.resolve("cell.json");

        Shell shell = Shell.run(
                "patch",
                Shell.IDENTITY,
                "-o",
                patched,
                "--mode",
                "byte:200",
                "--where",
                "cell:5,9",
                "--metadata-out",
                record);

        assertThat(shell.err()).isEmpty();
        assertThat(shell.status()).isZero();
        Shell diff = Shell.run("diff", "--json", Shell.IDENTITY, patched);
        assertThat(diff.status()).isEqualTo(FactsCommand.REFUTED);
        JsonObject layer =
                diff.json().getObject("payload").getArray("layers_that_differ").getObject(0);
        assertThat(layer.getInt("weights_changed")).isEqualTo(1);
        JsonObject cell = layer.getArray("first").getObject(0);
        assertThat(cell.getInt("offset")).isEqualTo(9 / 4 * 256 + 5 * 4 + 9 % 4);
        assertThat(cell.getArray("index").toArray()).containsExactly(5, 0, 0, 9);
        assertThat(cell.getInt("b")).isEqualTo(200);
        assertThat(diff.json().getArray("executables").getObject(0).getBoolean("token_same"))
                .isFalse();
        assertThat(Files.readString(record)).contains("cell:5,9");
    }

    @Test
    void aDifferenceOfConvolutionsIsSaidByTap() {
        Path template = folder.resolve("conv.tflite");
        Path patched = folder.resolve("tap.tflite");
        Shell.run("template", "conv", "--rows", "64", "--in", "8", "--out", "12", "--kernel", "3", "-o", template);
        Shell patch = Shell.run(
                "patch",
                template,
                "-o",
                patched,
                "--layer",
                "0",
                "--row",
                "3",
                "--kernel",
                "1,2",
                "--mode",
                "xor:0xff");
        assertThat(patch.err()).isEmpty();

        JsonObject layer = Shell.run("diff", "--json", template, patched)
                .json()
                .getObject("payload")
                .getArray("layers_that_differ")
                .getObject(0);

        assertThat(layer.getInt("weights_changed")).isEqualTo(8);
        assertThat(layer.getInt("kernel_taps_touched")).isEqualTo(1);
        assertThat(layer.getInt("padding_bytes_changed")).isZero();
        assertThat(layer.getArray("first").getObject(7).getArray("index").toArray())
                .containsExactly(3, 1, 2, 7);
    }

    @Test
    void dryRunWritesNothing() throws IOException {
        Shell shell = Shell.run("patch", Shell.IDENTITY, "--dry-run", "--mode", "zero", "-o", folder.resolve("x"));

        assertThat(shell.status()).isZero();
        assertThat(shell.out()).contains("payload bytes changed");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void keepsTheTokenWhenAsked() {
        Path patched = folder.resolve("kept.tflite");
        Shell.run("patch", Shell.IDENTITY, "-o", patched, "--mode", "zero", "--keep-token");

        JsonObject executable = Shell.run("diff", "--json", Shell.IDENTITY, patched)
                .json()
                .getArray("executables")
                .getObject(1);
        assertThat(executable.getBoolean("token_same")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zero",
                "byte:7",
                "ramp",
                "xor:255",
                "xor:0x0f",
                "random:42",
                "identity",
                "diagonal",
                "shift+1",
                "shift-1",
                "permutation:3",
                "single-hot:3,4,-5",
                "constant:-1"
            })
    void everyModeWritesAModelThatReads(String mode) {
        Path patched = folder.resolve("patched.tflite");

        assertThat(Shell.run("patch", Shell.PER_CHANNEL, "-o", patched, "--where", "weights", "--mode", mode)
                        .err())
                .isEmpty();
        assertThat(Shell.run("inspect", patched).status()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "byte:256 | payload | expected 0 to 255",
                "byte:-1 | payload | expected 0 to 255",
                "byte | payload | expected a number",
                "xor:abc | payload | expected a number",
                "nonsense | payload | expected one of",
                "single-hot:1,2 | weights | expected single-hot:OUT,IN,VALUE",
                "single-hot:1,2,300 | weights | expected -128 to 127",
                "zero | cell:256,0 | 256",
                "zero | row:-1 | expected payload, weights",
                "zero | range:5-100000 | 0 to 65535",
                "zero | nowhere | expected payload, weights",
                "file:no-such-file | payload | no such file",
                "matrix:no-such-file.npy | weights | no such file",
            })
    void badPatternsAndRegionsAreErrorsAndWriteNothing(String mode, String where, String reason) throws IOException {
        Shell shell = Shell.run("patch", Shell.IDENTITY, "-o", folder.resolve("x"), "--mode", mode, "--where", where);

        assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(shell.err()).contains(reason);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void refusesToWriteOverItsInputOrAnythingElse() throws IOException {
        Path copy = Files.copy(Shell.IDENTITY, folder.resolve("copy.tflite"));
        byte[] before = Files.readAllBytes(copy);

        assertThat(Shell.run("patch", copy, "-o", copy, "--mode", "zero", "--overwrite")
                        .status())
                .isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(Shell.run("patch", Shell.IDENTITY, "-o", copy, "--mode", "zero")
                        .status())
                .isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(Files.readAllBytes(copy)).isEqualTo(before);
    }
}
