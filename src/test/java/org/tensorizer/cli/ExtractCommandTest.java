package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.Npy;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.SourceModel;

class ExtractCommandTest {
    private static final Path SOURCE = Path.of("src/test/resources/cases/keras_flatten_free_batch.tflite");

    @TempDir
    private Path folder;

    @Test
    void aSourceCompilesToTheSameFileAgain() throws IOException {
        Path compiled = folder.resolve("mlp_edgetpu.tflite");
        Path again = folder.resolve("again.tflite");
        Shell.run("template", "from", SOURCE, "--token", "c0ffee", "--output", compiled);

        JsonObject facts = Shell.run("extract", compiled, "--as", "source", "--out", folder, "--json")
                .json();
        Shell.run(
                "template",
                "from",
                folder.resolve("mlp.tflite"),
                "--token",
                facts.getString("token"),
                "--output",
                again);

        assertThat(facts.getString("compiled_again")).isEqualTo("identical");
        assertThat(again).hasSameBinaryContentAs(compiled);
    }

    @Test
    void weightsAreArraysByOutputAndInput() throws IOException {
        Shell shell = Shell.run("extract", Shell.PER_CHANNEL, "--as", "weights", "--out", folder);

        assertThat(shell.err()).isEmpty();
        DenseTemplate template = DenseTemplate.of(TfliteModel.read(Shell.PER_CHANNEL));
        Npy weights = Npy.read(folder.resolve("layer0_weights.npy"));
        assertThat(weights.type()).isEqualTo(Npy.Type.INT8);
        assertThat(weights.shape()).containsExactly(256, 256);
        assertThat(weights.data()).isEqualTo(template.weights());
        assertThat(Npy.read(folder.resolve("layer0_scales.npy")).shape()).containsExactly(256);
        assertThat(folder.resolve("layer0_bias.npy")).doesNotExist();
        assertThat(Files.readString(folder.resolve("metadata.json"))).contains("\"input_scale\"");
    }

    @Test
    void whatIsNoDenseIsRefusedAndNothingWritten() {
        Path empty = folder.resolve("none");
        Shell shell = Shell.run("extract", StrangeFilesTest.TWO, "--as", "source", "--out", empty);
        assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(shell.err()).contains("not a compiled Dense layer: 2 compiled packages");
        assertThat(empty).doesNotExist();
    }

    /** The identity template's source in the fixtures, and the one that is taken from the template. */
    @Test
    void aTakenSourceSaysTheSameAsTheOriginal() throws IOException {
        Shell.run("extract", Shell.IDENTITY, "--as", "source", "--out", folder);
        Path taken = folder.resolve("dense_256_int8_identity.tflite");
        assertThat(CompiledModelWriter.write(
                        SourceModel.of(TfliteModel.read(taken)).chain(1)))
                .isEqualTo(CompiledModelWriter.write(
                        SourceModel.of(TfliteModel.read(Shell.SOURCE)).chain(1)));
    }
}
