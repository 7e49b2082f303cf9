package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The identity template beside its source, whole and with one weight changed: what differs is known beforehand. */
class CompareCommandTest {
    @TempDir
    private Path folder;

    /** W[5][9] is 127 in place of 0: output 5 is x[5] + x[9], of the source x[5]. */
    private Path patched() {
        Path file = folder.resolve("cell_edgetpu.tflite");
        Shell shell = Shell.run("patch", Shell.IDENTITY, "-o", file, "--mode", "byte:255", "--where", "cell:5,9");
        assertThat(shell.status()).as(shell.err()).isZero();
        return file;
    }

    private static JsonObject output(Shell shell) {
        return shell.json().getArray("outputs").getObject(0);
    }

    @Test
    void findsTheSourceBesideTheModel() {
        Shell shell = Shell.run("compare", Shell.IDENTITY, "--device", "emulator", "--inputs", 3, "--json");

        assertThat(shell.status()).as(shell.err()).isZero();
        JsonObject facts = shell.json();
        assertThat(facts.getString("source")).isEqualTo(Shell.SOURCE.toString());
        assertThat(facts.getString("evidence")).isEqualTo("emulated");
        assertThat(facts.getString("against_evidence")).isEqualTo("cpu");
        assertThat(facts.getInt("inputs")).isEqualTo(3);
        assertThat(facts.getInt("within_steps")).isEqualTo(1);
        assertThat(output(shell).getInt("values_compared")).isEqualTo(3 * 256);
        assertThat(output(shell).getInt("values_differing")).isZero();
        assertThat(output(shell).has("first_difference")).isFalse();
    }

    /** Without a source: the plain model that the compiled file gives back. */
    @Test
    void takesTheLiftedModelAsTheSource() {
        Path model = folder.resolve("conv_edgetpu.tflite");
        Shell.run(
                "template", "conv", "--rows", 64, "--in", 16, "--out", 24, "--weights", "random:1", "--output", model);
        Shell shell = Shell.run("compare", model, "--lift", "--device", "emulator", "--inputs", 2, "--json");

        assertThat(shell.status()).as(shell.err()).isZero();
        assertThat(shell.json().getString("source")).endsWith("(lifted)");
        assertThat(output(shell).getInt("values_compared")).isEqualTo(2 * 64 * 24);
        Shell both = Shell.run("compare", model, "--lift", "--against", "emulator", "--device", "emulator");
        assertThat(both.status()).isEqualTo(FactsCommand.BAD_INPUT);
    }

    @Test
    void saysWhatDiffersAndWhereFirst() {
        Object[] command = {
            "compare",
            patched(),
            "--with",
            Shell.SOURCE,
            "--device",
            "emulator",
            "--input",
            "zeros",
            "--input",
            "impulse:9"
        };
        Shell shell =
                Shell.run(Stream.concat(Stream.of(command), Stream.of("--json")).toArray());

        assertThat(shell.status()).isEqualTo(FactsCommand.REFUTED);
        assertThat(shell.json().getBoolean("agrees")).isFalse();
        assertThat(shell.json().has("seed")).isFalse();
        JsonObject output = output(shell);
        assertThat(output.getInt("values_compared")).isEqualTo(512);
        assertThat(output.getInt("values_differing")).isEqualTo(1);
        assertThat(output.getDouble("largest_difference_steps")).isEqualTo(127);
        JsonObject first = output.getObject("first_difference");
        assertThat(first.getInt("input")).isEqualTo(1);
        assertThat(first.getInt("index")).isEqualTo(5);
        assertThat(first.getInt("value")).isEqualTo(127);
        assertThat(first.getInt("against_value")).isZero();
        assertThat(Shell.run(Stream.concat(Stream.of(command), Stream.of("--within", "126"))
                                .toArray())
                        .status())
                .isEqualTo(FactsCommand.REFUTED);
        assertThat(Shell.run(Stream.concat(Stream.of(command), Stream.of("--within", "127"))
                                .toArray())
                        .status())
                .isZero();
    }

    @Test
    void randomInputsAreThoseOfTheirSeed() {
        Path file = patched();
        List<JsonObject> first = Stream.of(1, 1, 2)
                .map(seed -> Shell.run(
                        "compare", file, "--with", Shell.SOURCE, "--device", "emulator", "--seed", seed, "--json"))
                .map(shell -> output(shell).getObject("first_difference"))
                .toList();

        assertThat(first).allSatisfy(each -> assertThat(each.getInt("index")).isEqualTo(5));
        assertThat(first.get(0)).isEqualTo(first.get(1)).isNotEqualTo(first.get(2));
    }

    @Test
    void twoDevicesRunTheSameModelAndMayNotDiffer() {
        Shell shell = Shell.run(
                "compare", patched(), "--device", "emulator", "--against", "emulator", "--inputs", 2, "--json");

        assertThat(shell.status()).as(shell.err()).isZero();
        assertThat(shell.json().has("source")).isFalse();
        assertThat(shell.json().getString("against_evidence")).isEqualTo("emulated");
        assertThat(shell.json().getInt("within_steps")).isZero();
        assertThat(output(shell).getInt("values_compared")).isEqualTo(512);
    }

    static Stream<List<String>> refused() {
        String identity = Shell.IDENTITY.toString();
        String source = Shell.SOURCE.toString();
        String other = Shell.PER_CHANNEL.toString().replace("_edgetpu", "");
        return Stream.of(
                List.of("INT8 [1, 256]", identity, "--with", other),
                List.of("no such file", identity, "--with", "missing.tflite"),
                List.of("runs uncompiled models only", identity, "--with", identity),
                List.of("runs uncompiled models only", identity, "--against", "cpu"),
                List.of("expected one of", identity, "--against", "nonsense"),
                List.of("found several", identity, "--against", "emulator", "--with", source),
                List.of("expected a model compiled", source, "--with", source),
                List.of("--inputs 0", identity, "--inputs", "0"),
                List.of("--within -1", identity, "--within", "-1"),
                List.of("impulse:256", identity, "--input", "impulse:256"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void badInputIsNamed(List<String> command) {
        Object[] words = Stream.concat(
                        Stream.of("compare", "--device", "emulator"),
                        command.stream().skip(1))
                .toArray();
        Shell shell = Shell.run(words);

        assertThat(shell.status()).as(shell.err()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(shell.err()).contains(command.get(0));
    }

    @Test
    void aMissingSourceIsAskedFor() throws IOException {
        Path alone = Files.copy(Shell.IDENTITY, folder.resolve("alone_edgetpu.tflite"));
        Path unnamed = Files.copy(Shell.IDENTITY, folder.resolve("unnamed.tflite"));

        assertThat(Shell.run("compare", alone, "--device", "emulator").err())
                .contains("--with SOURCE, --lift or --against DEVICE", "alone.tflite");
        Shell shell = Shell.run("compare", unnamed, "--device", "emulator");
        assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(shell.err()).contains("found none");
    }
}
