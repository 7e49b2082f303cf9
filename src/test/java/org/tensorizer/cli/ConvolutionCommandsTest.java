package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.Npy;

/** What works for a Dense template works for a convolution, with the same words. */
class ConvolutionCommandsTest {
    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void make() {
        model = folder.resolve("conv_edgetpu.tflite");
        Shell.convolution(model, 16, 24, "random:5");
    }

    @Test
    void aPatchWritesWhatItSaysAndDiffFindsIt() {
        Path patched = folder.resolve("patched.tflite");
        Shell shell = Shell.run(
                "patch",
                model,
                "-o",
                patched,
                "--mode",
                "byte:255",
                "--where",
                "row:7+kernel:2,1+channels:3-6",
                "--metadata-out",
                folder.resolve("record.json"),
                "--json");
        assertThat(shell.status()).as(shell.err()).isZero();
        assertThat(shell.json().getString("layer")).isEqualTo("CONV_2D 3x3x16 -> 24");
        assertThat(folder.resolve("record.json")).content().contains("row:7+kernel:2,1+channels:3-6");

        JsonObject first = Shell.run("diff", model, patched, "--json")
                .json()
                .getObject("payload")
                .getArray("layers_that_differ")
                .getObject(0);
        assertThat(first.getInt("weights_changed")).isEqualTo(3);
        assertThat(first.getInt("kernel_taps_touched")).isEqualTo(1);
        assertThat(first.getArray("first").getObject(0).getArray("index")).isEqualTo(List.of(7, 2, 1, 3));
    }

    @Test
    void theSameOptionsOfALayerLeadToTheSameWeights() throws IOException {
        Path where = folder.resolve("where.tflite");
        Path options = folder.resolve("options.tflite");
        Shell.run("patch", model, "-o", where, "--mode", "random:1", "--where", "row:7+kernel:2,1", "--keep-token");
        Shell.run(
                "patch",
                model,
                "-o",
                options,
                "--layer",
                0,
                "--row",
                7,
                "--kernel",
                "2,1",
                "--mode",
                "random:1",
                "--keep-token");
        assertThat(options).hasSameBinaryContentAs(where);
        assertThat(Files.size(where)).isEqualTo(Files.size(model));
    }

    @Test
    void weightsComeOutAsTheyWentIn() throws IOException {
        byte[] given = new byte[24 * 9 * 16];
        for (int i = 0; i < given.length; i++) {
            given[i] = (byte) (31 * i);
        }
        Path array = folder.resolve("w.npy");
        Files.write(array, new Npy(Npy.Type.INT8, List.of(24, 3, 3, 16), given).toBytes());
        Path patched = folder.resolve("patched.tflite");
        assertThat(Shell.run("patch", model, "-o", patched, "--weights", array).status())
                .isZero();
        Shell.run("extract", patched, "--as", "weights", "--out", folder.resolve("parts"));
        Npy weights = Npy.read(folder.resolve("parts").resolve("layer0_weights.npy"));
        assertThat(weights.shape()).containsExactly(24, 3, 3, 16);
        assertThat(weights.data()).isEqualTo(given);
    }

    @Test
    void inspectTellsTheTemplate() {
        JsonObject facts =
                Shell.run("inspect", model, "--json").json().getArray("files").getObject(0);
        assertThat(facts.getObject("convolution").getBoolean("template")).isTrue();
        assertThat(facts.getObject("convolution").getArray("kernel")).isEqualTo(List.of(3, 3));
        assertThat(facts.getObject("convolution").getInt("rows_of_a_product")).isEqualTo(64);
    }

    @Test
    void whatDoesNotFitNamesTheLayerAndWritesNothing() {
        Path out = folder.resolve("none.tflite");
        for (String[] bad : new String[][] {
            {"constant:1", "cell:1,1", "expected cell:OUT,KY,KX,IN"},
            {"constant:1", "kernel:3,0", "W[0..23][0..2][0..2][0..15]"},
            {"single-hot:1,2,3", "weights", "single-hot:OUT,KY,KX,IN,VALUE"},
            {"identity:1", "weights", "identity:KY,KX"},
            {"identity:5,5", "weights", "kernel of 3x3"},
        }) {
            Shell shell = Shell.run("patch", model, "-o", out, "--mode", bad[0], "--where", bad[1]);
            assertThat(shell.status()).as(bad[0]).isEqualTo(FactsCommand.BAD_INPUT);
            assertThat(shell.err()).contains(bad[2]);
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void tooManyRowsAreToldHowManyFit() {
        Path out = folder.resolve("none.tflite");
        Shell shell = Shell.run("template", "conv", "--rows", 9000, "--in", 512, "--out", 512, "--output", out);
        assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(shell.err())
                .contains("narrow memory")
                .containsPattern("\\d{4} rows would fit, and gemm takes longer");
        assertThat(out).doesNotExist();
    }
}
