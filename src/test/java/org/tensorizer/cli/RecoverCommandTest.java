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
