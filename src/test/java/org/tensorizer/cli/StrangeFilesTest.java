package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.model.TfliteModel;

/** Files as they lie about in repositories: what commands say of them. */
class StrangeFilesTest {
    private static final Path CASES = Path.of("src/test/resources/cases");
    static final Path TWO = CASES.resolve("two_subgraphs_edgetpu.tflite");

    @TempDir
    private Path folder;

    @Test
    void bothPackagesOfAModelAreShown() {
        JsonObject facts = Shell.run("inspect", TWO, "--json").file();
        assertThat(facts.getArray("packages")).hasSize(2);
        assertThat(facts.toString()).contains("2 compiled packages, expected 1");
    }

    @Test
    void onePackageOfTwoIsPatchedAndTheOtherStays() {
        Path patched = folder.resolve("patched.tflite");
        Shell shell = Shell.run("patch", TWO, "--package", 1, "--mode", "zero", "-o", patched);
        assertThat(shell.err()).isEmpty();
        TfliteModel before = TfliteModel.read(TWO);
        TfliteModel after = TfliteModel.read(patched);
        var kept = before.packages().get(0).range();
        var changed = before.packages().get(1).parameterCaching().parameters();
        assertThat(after.bytes(kept)).isEqualTo(before.bytes(kept));
        assertThat(after.bytes(changed)).isNotEqualTo(before.bytes(changed));

        Shell undecided = Shell.run("patch", TWO, "--mode", "zero", "-o", folder.resolve("none.tflite"));
        assertThat(undecided.status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(undecided.err()).contains("found 2", "--package");
        assertThat(folder.resolve("none.tflite")).doesNotExist();
    }

    @Test
    void whatIsNoModelButStandsForOneIsNamed() throws IOException {
        Path pointer = CASES.resolve("lfs_pointer_edgetpu.tflite");
        Path link = Files.writeString(folder.resolve("link.tflite"), "../models/dense_256_edgetpu.tflite");
        for (String command : new String[] {"inspect", "parse"}) {
            Shell shell = Shell.run(command, pointer);
            assertThat(shell.status()).isEqualTo(FactsCommand.BAD_INPUT);
            assertThat(shell.err()).contains("a Git LFS pointer", "git lfs pull");
            assertThat(Shell.run(command, link).err())
                    .contains("the text of a symbolic link to ../models/dense_256_edgetpu.tflite");
        }
    }
}
