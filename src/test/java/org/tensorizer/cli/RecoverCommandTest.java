package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.Npy;

class RecoverCommandTest {
    @TempDir
    private Path folder;

    @Test
    void findsTheFormulaAndAsksNothingTwice() throws IOException {
        Shell first = Shell.run("recover", Shell.IDENTITY, "--device", "emulator", "--out", folder, "--json");

        assertThat(first.status()).isZero();
        JsonObject facts = first.json();
        assertThat(facts.getString("evidence")).isEqualTo("emulated");
        assertThat(facts.getString("formula")).startsWith("offset = (out/64)*16384 + (in/4)*256 + (out%64)*4 + in%4");
        assertThat(facts.getDouble("times_the_bound")).isLessThan(1.5);
        assertThat(Npy.read(folder.resolve("map.npy")).shape()).containsExactly(256, 256);
        assertThat(Npy.read(folder.resolve("map.npy")).type()).isEqualTo(Npy.Type.INT32);
        assertThat(Files.size(folder.resolve("layout.png"))).isPositive();

        JsonObject again = Shell.run("recover", Shell.IDENTITY, "--device", "emulator", "--out", folder, "--json")
                .json();
        assertThat(again.getInt("answers_from_the_record")).isEqualTo(facts.getInt("invocations"));
    }

    @Test
    void aProbeMovesItsOutputAlone() {
        Shell shell = Shell.run("probe", Shell.PER_CHANNEL, "--out", 5, "--in", 9, "--device", "emulator", "--json");

        assertThat(shell.status()).isZero();
        assertThat(shell.json().getArray("outputs_moved_with_input_driven")).isEqualTo(List.of(5));
        assertThat(shell.json().getInt("payload_offset")).isEqualTo(512 + 9 / 4 * 256 + 5 * 4 + 1);
        assertThat(Shell.run("probe", Shell.IDENTITY, "--out", 256, "--in", 0, "--device", "emulator")
                        .status())
                .isEqualTo(FactsCommand.BAD_INPUT);
    }

    /** A kernel of 3x3: the map has its extent, one inference answers several questions. */
    @Test
    void findsTheLayoutOfAConvolution() throws IOException {
        Path model = folder.resolve("conv.tflite");
        Shell.convolution(model, 8, 12, "random:3");
        Shell shell = Shell.run("recover", model, "--device", "emulator", "--out", folder, "--json");

        assertThat(shell.status()).as(shell.err()).isZero();
        JsonObject facts = shell.json();
        assertThat(facts.getInt("cells_that_differ_from_the_prediction")).isZero();
        assertThat(facts.getInt("inferences")).isLessThan(facts.getInt("invocations"));
        assertThat(facts.getString("in_of_the_formula")).isEqualTo("(ky*3 + kx)*8 + input channel");
        assertThat(Npy.read(folder.resolve("map.npy")).shape()).containsExactly(12, 3, 3, 8);
        assertThat(Files.readString(folder.resolve("map.csv"))).startsWith("out,ky,kx,in,offset\n0,0,0,0,");
        JsonObject again = Shell.run("recover", model, "--device", "emulator", "--out", folder, "--json")
                .json();
        assertThat(again.getInt("inferences")).isZero();
    }

    @Test
    void aProbeOfAConvolutionMovesThePixelThatReadsIt() {
        Path model = folder.resolve("conv.tflite");
        Shell.convolution(model, 16, 24, "identity");
        Shell shell = Shell.run(
                "probe",
                model,
                "--out",
                5,
                "--in",
                9,
                "--kernel",
                "0,2",
                "--at",
                "3,4",
                "--device",
                "emulator",
                "--json");

        assertThat(shell.status()).as(shell.err()).isZero();
        JsonObject moved =
                shell.json().getArray("outputs_moved_with_input_driven").getObject(0);
        assertThat(List.of(moved.getInt("y"), moved.getInt("x"), moved.getInt("channel")))
                .containsExactly(4, 3, 5);
        for (String[] bad : new String[][] {{"3,0", "3,4"}, {"0,2", "8,0"}, {"2,2", "0,0"}, {"1", "0,0"}}) {
            Shell refused = Shell.run(
                    "probe", model, "--out", 5, "--in", 9, "--kernel", bad[0], "--at", bad[1], "--device", "emulator");
            assertThat(refused.status()).as(bad[0] + " " + bad[1]).isEqualTo(FactsCommand.BAD_INPUT);
        }
    }

    /** Nothing can be refuted by what cannot be seen. */
    @Test
    void aWeightThatMovesNothingIsNoRefutation() {
        for (String value : List.of("0", "1")) {
            Shell shell = Shell.run(
                    "probe", Shell.IDENTITY, "--out", 5, "--in", 9, "--value", value, "--device", "emulator", "--json");
            assertThat(shell.status()).as(value).isIn(FactsCommand.OK, FactsCommand.BAD_INPUT);
            assertThat(shell.out()).doesNotContain("refuted");
        }
        assertThat(Shell.run("probe", Shell.IDENTITY, "--out", 5, "--in", 9, "--value", 0, "--device", "emulator")
                        .err())
                .contains("--value 0: too small to be seen");
    }
}
