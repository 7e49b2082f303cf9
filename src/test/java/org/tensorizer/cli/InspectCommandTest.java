package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.Samples;
import org.tensorizer.model.TfliteModel;

class InspectCommandTest {
    /** Published offsets; in the project's twin the text in front is longer. */
    @ParameterizedTest
    @MethodSource("dense256")
    void givesThePublishedRegionsOfARealModel(TfliteModel model, @TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("dense_256_edgetpu.tflite"), model.copy());
        JsonObject facts = Shell.run("inspect", "--json", file).file();

        int shift = model.description().equals("Exported from Subgraph.") ? 0 : 160;
        JsonObject edgeTpu = facts.getArray("packages").getObject(0);
        assertThat(edgeTpu.getObject("range").getInt("start")).isEqualTo(296 + shift);
        assertThat(edgeTpu.getObject("range").getInt("end")).isEqualTo(102_696 + shift);
        JsonObject executionOnly = edgeTpu.getArray("executables").getObject(0);
        assertThat(executionOnly.getString("type")).isEqualTo("EXECUTION_ONLY");
        assertThat(executionOnly.getObject("range").getInt("start")).isEqualTo(86_312 + shift);
        assertThat(executionOnly.getObject("range").getInt("end")).isEqualTo(98_600 + shift);
        JsonObject caching = edgeTpu.getArray("executables").getObject(1);
        assertThat(caching.getObject("parameters").getInt("start")).isEqualTo(12_584 + shift);
        assertThat(caching.getObject("parameters").getInt("bytes")).isEqualTo(67584);
        assertThat(caching.getString("token")).isEqualTo("fce222d70d502fb8");
        assertThat(facts.getObject("dense").getString("status")).isEqualTo("verified");
    }

    static List<TfliteModel> dense256() {
        return DenseTwin.DENSE_256.models();
    }

    @Test
    void saysWhyANetworkIsNoDenseTemplateAndWhatRunsWhere(@TempDir Path folder) throws IOException {
        Path file = Files.write(
                folder.resolve("network.tflite"), Samples.branchesCompiled().bytes());
        JsonObject facts = Shell.run("inspect", "--json", file).file();

        assertThat(facts.getObject("dense").getBoolean("template")).isFalse();
        assertThat(facts.getObject("dense").getString("reason")).isNotBlank();
        assertThat(facts.getArray("operators"))
                .extracting(operator -> ((JsonObject) operator).getString("runs_on"))
                .containsExactly("CPU", "Edge TPU", "CPU", "CPU");
    }

    @Test
    void textAndJsonAgree() {
        Shell text = Shell.run("inspect", Shell.IDENTITY);
        String sha256 = Shell.run("inspect", "--json", Shell.IDENTITY).file().getString("sha256");

        assertThat(text.status()).isZero();
        assertThat(text.out()).contains(sha256).contains("PARAMETER_CACHING").contains("extrapolated");
    }

    @Test
    void oneBadFileDoesNotHideTheOthers() {
        Shell shell = Shell.run("inspect", Shell.IDENTITY, "no-such-file.tflite", Shell.PER_CHANNEL);

        assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(shell.err()).contains("no-such-file.tflite: no such file");
        assertThat(shell.out()).contains("int8_identity").contains("uint8_per_channel");
    }
}
