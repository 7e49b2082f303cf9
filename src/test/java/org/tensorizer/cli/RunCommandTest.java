package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.Npy;

class RunCommandTest {
    @TempDir
    private Path folder;

    @Test
    void signedRampInGivesSignedRampOutOnTheIdentityTemplate() {
        JsonObject facts = Shell.run("run", Shell.IDENTITY, "--device", "emulator", "--input", "ramp", "--json")
                .json();

        assertThat(facts.getString("evidence")).isEqualTo("emulated");
        JsonArray values = facts.getArray("runs")
                .getObject(0)
                .getArray("outputs")
                .getObject(0)
                .getArray("values");
        assertThat(values)
                .containsExactlyElementsOf(IntStream.range(-128, 128).boxed().toList());
    }

    @Test
    void severalInputsRunInOneSessionAndGoToOneFile() {
        Path file = folder.resolve("y.npy");
        Shell shell = Shell.run(
                "run",
                Shell.IDENTITY,
                "--device",
                "emulator",
                "--input",
                "zeros",
                "--input",
                "impulse:3",
                "--npy",
                file);

        assertThat(shell.err()).isEmpty();
        Npy outputs = Npy.read(file);
        assertThat(outputs.shape()).containsExactly(2, 256);
        assertThat(outputs.data()[256 + 3]).isEqualTo((byte) 127);
    }

    @Test
    void whatNpyWroteGoesInAgainRowByRow() {
        Path file = folder.resolve("y.npy");
        Path again = folder.resolve("z.npy");
        Shell.run("run", Shell.IDENTITY, "--device", "emulator", "--input", "zeros", "--input", "ramp", "--npy", file);

        JsonArray runs = Shell.run(
                        "run", Shell.IDENTITY, "--device", "emulator", "--input", file, "--npy", again, "--json")
                .json()
                .getArray("runs");

        assertThat(runs).hasSize(2);
        assertThat(runs.getObject(1).getInt("row")).isEqualTo(1);
        assertThat(again).hasSameBinaryContentAs(file);
    }

    @Test
    void theLastOfEqualMaximaComesFirst() {
        JsonObject output = Shell.run(
                        "run", Shell.IDENTITY, "--device", "emulator", "--input", "zeros", "--top", 2, "--json")
                .json()
                .getArray("runs")
                .getObject(0)
                .getArray("outputs")
                .getObject(0);

        assertThat(output.getInt("argmax")).isEqualTo(255);
        assertThat(output.getArray("top").getObject(1).getInt("index")).isEqualTo(254);
    }

    @Test
    void plainModelsRunOnTheCpuWithoutBeingToldTo() {
        assertThat(Shell.run("run", Shell.SOURCE, "--json").json().getString("device"))
                .isEqualTo("cpu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "impulse:256", "impulse:-1", "impulse:x", "missing.npy"})
    void badInputsAreNamed(String input) {
        Shell shell = Shell.run("run", Shell.IDENTITY, "--device", "emulator", "--input", input);

        assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(shell.err()).contains(input);
    }

    @Test
    void labelsStandBesideTheHighestOutputs(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder)
            throws java.io.IOException {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < 256; i++) {
            names.append("class ").append(i).append('\n');
        }
        java.nio.file.Path labels = java.nio.file.Files.writeString(folder.resolve("labels.txt"), names);
        java.nio.file.Path few = java.nio.file.Files.writeString(folder.resolve("few.txt"), "one\ntwo\n");

        assertThat(Shell.run("run", Shell.IDENTITY, "--device", "emulator", "--input", "impulse:7", "--labels", labels)
                        .out())
                .contains("class 7");
        Shell refused = Shell.run("run", Shell.IDENTITY, "--device", "emulator", "--labels", few);
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("expected 256 lines").contains("found 2");
    }
}
