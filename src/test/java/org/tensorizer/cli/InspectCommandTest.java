package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import org.junit.jupiter.api.Test;
import org.tensorizer.SharedFolder;

class InspectCommandTest {
    /** Offsets published in container.md, section 8. */
    @Test
    void givesThePublishedRegionsOfARealModel() {
        JsonObject facts = Shell.run("inspect", "--json", SharedFolder.template("dense_256_edgetpu.tflite"))
                .file();

        JsonObject edgeTpu = facts.getArray("packages").getObject(0);
        assertThat(edgeTpu.getObject("range").getInt("start")).isEqualTo(296);
        assertThat(edgeTpu.getObject("range").getInt("end")).isEqualTo(102696);
        JsonObject executionOnly = edgeTpu.getArray("executables").getObject(0);
        assertThat(executionOnly.getString("type")).isEqualTo("EXECUTION_ONLY");
        assertThat(executionOnly.getObject("range").getInt("start")).isEqualTo(86312);
        assertThat(executionOnly.getObject("range").getInt("end")).isEqualTo(98600);
        JsonObject caching = edgeTpu.getArray("executables").getObject(1);
        assertThat(caching.getObject("parameters").getInt("start")).isEqualTo(12584);
        assertThat(caching.getObject("parameters").getInt("bytes")).isEqualTo(67584);
        assertThat(caching.getString("token")).isEqualTo("fce222d70d502fb8");
        assertThat(facts.getObject("dense").getString("status")).isEqualTo("verified");
    }

    @Test
    void saysWhyANetworkIsNoDenseTemplateAndWhatRunsWhere() {
        JsonObject facts = Shell.run(
                        "inspect",
                        "--json",
                        SharedFolder.template("ssd_mobilenet_v1_coco_quant_postprocess_segment_1_of_3_edgetpu.tflite"))
                .file();

        assertThat(facts.getObject("dense").getBoolean("template")).isFalse();
        assertThat(facts.getObject("dense").getString("reason")).isNotBlank();
        assertThat(facts.getArray("operators").getObject(0).getString("runs_on"))
                .isEqualTo("Edge TPU");
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
