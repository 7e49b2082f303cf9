package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateCommandTest {
    @TempDir
    private Path folder;

    @Test
    void theIdentityTemplateOfTheFixturesIsTheDefault() throws IOException {
        Path made = folder.resolve("made.tflite");
        String token = Shell.run("inspect", "--json", Shell.IDENTITY)
                .file()
                .getArray("packages")
                .getObject(0)
                .getArray("executables")
                .getObject(0)
                .getString("token");

        assertThat(Shell.run("template", "dense", "--size", 256, "--token", token, "--output", made)
                        .err())
                .isEmpty();
        assertThat(Files.mismatch(made, Shell.IDENTITY)).isEqualTo(-1);
    }

    @Test
    void compiledAndSourceModelAgreeOnEveryOutput() {
        Path made = folder.resolve("made.tflite");
        Path source = folder.resolve("source.tflite");
        Shell shell = Shell.run(
                "template",
                "dense",
                "--inputs",
                300,
                "--outputs",
                70,
                "--weights",
                "random:7",
                "--bias",
                "random:8",
                "--activation",
                "relu",
                "--weight-scale",
                "0.001",
                "--output",
                made,
                "--source",
                source,
                "--json");
        assertThat(shell.err()).isEmpty();
        assertThat(shell.json().getString("status")).isEqualTo("extrapolated");

        assertThat(values(made, "emulator")).isEqualTo(values(source, "cpu"));
    }

    private static Object values(Path model, String device) {
        JsonObject run = Shell.run("run", model, "--device", device, "--input", "mod251", "--json")
                .json()
                .getArray("runs")
                .getObject(0);
        return run.getArray("outputs").getObject(0).getArray("values");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--size 3000 | streams",
                "--size 0 | expected 1 or more",
                "--inputs 5 | expected --size N",
                "--size 256 --inputs 256 | expected one or the other",
                "--size 256 --input-scale 0 | scale",
                "--size 256 --input-scale NaN | scale",
                "--size 256 --output-scale -1 | scale",
                "--size 256 --output-scale Infinity | scale",
                "--size 256 --input-zero-point 128 | expected -128..127",
                "--size 256 --family uint8 --input-zero-point -1 | expected 0..255",
                "--size 256 --weights nonsense | expected identity",
                "--size 256 --weights missing.npy | no such file",
                "--size 256 --family float32 | float32",
                "--size 256 --token xyz | hexadecimal",
                "--size 256 --token 0 | token 0",
            })
    void badLayersAreRefusedWithTheReason(String options, String reason) {
        Path made = folder.resolve("made.tflite");
        String[] words = ("template dense --output " + made + " " + options).split(" ");
        Shell shell = Shell.run((Object[]) words);

        assertThat(shell.err()).contains(reason);
        assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(made).doesNotExist();
    }

    /** edgetpu_compiler leaves a file and reports success where it took no operator at all. */
    @Test
    void aCompilerThatMapsNothingIsSaidTo() throws IOException {
        Path compiler = Files.writeString(
                folder.resolve("edgetpu_compiler"),
                "#!/bin/sh\ncp \"$4\" \"$3/dense_256_int8_identity_edgetpu.tflite\"\n"
                        + "echo 'Edge TPU Compiler version 16.0.384591198'\n"
                        + "echo 'FULLY_CONNECTED 1 Operation is working on an unsupported data type'\n");
        assertThat(compiler.toFile().setExecutable(true)).isTrue();
        Shell shell = Shell.run(
                "compile", Shell.SOURCE, "--google", "--out", folder, "-Dtensorizer.compiler=" + compiler, "--json");
        assertThat(shell.json().getString("note")).contains("mapped no operator");
        assertThat(shell.json().getArray("operators").getObject(0).getString("status"))
                .contains("unsupported");
    }
}
