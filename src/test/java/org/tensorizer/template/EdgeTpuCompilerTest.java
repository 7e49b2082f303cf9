package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.template.CompilerLog.CompilerRefusal;

/** Against shell scripts that print what the real compiler is known to print. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in for the compiler is a shell script")
class EdgeTpuCompilerTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** Puts together what public logs of version 16 show for a Dense with its two QUANTIZE. */
    private static final String SUCCESS = """
            #!/bin/sh
            [ "$1 $2" = "-s -o" ] || { echo "usage"; exit 1; }
            name=$(basename "$4" .tflite)
            printf compiled > "$3/${name}_edgetpu.tflite"
            cat <<END
            Edge TPU Compiler version 16.0.384591198
            Started a compilation timeout timer of 180 seconds.

            Model compiled successfully in 132 ms.

            Input model: $4
            Input size: 68.43KiB
            Output model: $3/${name}_edgetpu.tflite
            Output size: 100.62KiB
            On-chip memory used for caching model parameters: 66.00KiB
            On-chip memory remaining for caching model parameters: 7.61MiB
            Off-chip memory used for streaming uncached model parameters: 0.00B
            Number of Edge TPU subgraphs: 1
            Total number of operations: 3
            Operation log: $3/${name}_edgetpu.log

            Operator                       Count      Status

            QUANTIZE                       2          Mapped to Edge TPU
            FULLY_CONNECTED                1          Mapped to Edge TPU
            Compilation child process completed within timeout period.
            Compilation succeeded!
            END
            """;

    @TempDir
    Path folder;

    private Path source;

    @BeforeEach
    void source() throws IOException {
        source = Files.write(folder.resolve("dense.tflite"), new byte[] {1});
    }

    @Test
    void readsVersionMemoryAndOperatorTable() throws IOException {
        var result = compiler(SUCCESS).compile(source, folder.resolve("out"), DEADLINE);

        assertThat(result.model()).hasFileName("dense_edgetpu.tflite").hasContent("compiled");
        CompilerLog facts = result.facts();
        assertThat(facts.version()).hasValue("16.0.384591198");
        assertThat(facts.onChipUsed()).hasValue(66 * 1024);
        assertThat(facts.onChipRemaining()).hasValue(Math.round(7.61 * 1024 * 1024));
        assertThat(facts.offChip()).hasValue(0);
        assertThat(facts.subgraphs()).hasValue(1);
        assertThat(facts.operators())
                .containsExactly(
                        new CompilerLog.OperatorMapping("QUANTIZE", 2, "Mapped to Edge TPU"),
                        new CompilerLog.OperatorMapping("FULLY_CONNECTED", 1, "Mapped to Edge TPU"));
        assertThat(facts.operators()).isNotEmpty().allMatch(CompilerLog.OperatorMapping::mapped);
        assertThat(facts.refusal()).isEmpty();
        assertThat(result.log()).contains("Compilation succeeded!");
    }

    @Test
    void anOperatorLeftToTheCpuIsSeen() {
        CompilerLog facts = CompilerLog.parse("MAX_POOL_2D 9 More than one subgraph is not supported\n");
        assertThat(facts.operators()).anyMatch(row -> !row.mapped());
        assertThat(facts.operators().get(0).status()).isEqualTo("More than one subgraph is not supported");
        assertThat(facts.version()).isEmpty();
        assertThat(facts.onChipUsed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OPERATOR_VERSION | ERROR: Didn't find op for builtin opcode 'FULLY_CONNECTED' version '12'. An older version of this builtin might be supported.
            NOT_QUANTIZED    | Model not quantized
            TOO_LARGE        | Compilation failed: Compilation failed due to large activation tensors in model.
            INTERNAL         | Internal compiler error. Aborting!
            NOT_PARSED       | Model could not be parsed
            """)
    void namesKnownRefusals(CompilerRefusal refusal, String line) throws IOException {
        EdgeTpuCompiler compiler = compiler("#!/bin/sh\ncat <<'END'\nEdge TPU Compiler version 16.0.384591198\n" + line
                + "\n" + (refusal == CompilerRefusal.INTERNAL ? "" : "Invalid model: x.tflite\n") + "END\n");

        var refused = catchThrowableOfType(
                BadInputException.class, () -> compiler.compile(source, folder.resolve("out"), DEADLINE));

        assertThat(refused).hasMessageContaining(refusal.meaning()).hasMessageContaining("16.0.384591198");
        assertThat(refused).hasMessageContaining(line);
    }

    @Test
    void anOldResultNeverPassesForANewOneAndIsNotLost() throws IOException {
        Path old = Files.writeString(folder.resolve("dense_edgetpu.tflite"), "old");
        EdgeTpuCompiler compiler = compiler("#!/bin/sh\nexit 0\n");
        assertThatThrownBy(() -> compiler.compile(source, folder, DEADLINE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("reason not known")
                .hasMessageContaining("it printed: nothing");
        assertThat(old).hasContent("old");
        assertThat(folder).isDirectoryNotContaining("glob:**/.edgetpu_compiler*");
        assertThat(compiler(SUCCESS).compile(source, folder, DEADLINE).model()).hasContent("compiled");
        assertThat(folder).isDirectoryNotContaining("glob:**/.edgetpu_compiler*");
    }

    /** No shell stands between, and no secret of this process's environment goes further. */
    @Test
    void theCompilerSeesFewVariablesAndNoNameAsAnOption() throws IOException {
        Path strange = Files.write(folder.resolve("-s $(touch x) \"'.tflite"), new byte[] {1});
        Path seen = folder.resolve("seen");
        EdgeTpuCompiler compiler =
                compiler("#!/bin/sh\nexec > '" + seen + "'\nenv\nfor each; do echo \"argument <$each>\"; done\n");
        assertThatThrownBy(() -> compiler.compile(strange, folder.resolve("out"), DEADLINE))
                .isInstanceOf(BadInputException.class);
        String said = Files.readString(seen);
        assertThat(said).contains("argument <-s>", "argument <" + strange + ">");
        assertThat(said.lines().filter(line -> line.matches("[A-Za-z_]+=.*")))
                .allMatch(line -> line.matches("(PATH|HOME|TMPDIR|LANG|LC_ALL|LD_LIBRARY_PATH|PWD|OLDPWD|SHLVL|_)=.*"));
        assertThat(Path.of("x")).doesNotExist();
    }

    @Test
    void aHangingCompilerIsKilled() throws IOException {
        EdgeTpuCompiler compiler = compiler("#!/bin/sh\necho started\nexec sleep 600\n");
        var refused = catchThrowableOfType(
                BadInputException.class, () -> compiler.compile(source, folder, Duration.ofMillis(300)));
        assertThat(refused).hasMessageContaining("no end after 0 s").hasMessageEndingWith("it printed: started");
    }

    @Test
    void aCompilerThatASignalEndedIsSaidToBe() throws IOException {
        EdgeTpuCompiler compiler = compiler("#!/bin/sh\necho started\nkill -9 $$\n");
        assertThatThrownBy(() -> compiler.compile(source, folder, DEADLINE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("ended by signal 9")
                .hasMessageContaining("killed from outside, or out of memory")
                .hasMessageEndingWith("it printed: started");
    }

    @Test
    void sourceThatIsNotThere() throws IOException {
        EdgeTpuCompiler compiler = compiler(SUCCESS);
        assertThatThrownBy(() -> compiler.compile(folder.resolve("none.tflite"), folder, DEADLINE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("none.tflite: no such file");
    }

    @Test
    void foundOnPathInOrderAndByName() throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path onPath = script(bin.resolve("edgetpu_compiler"), "#!/bin/sh\n");
        String path = folder.resolve("empty") + File.pathSeparator + bin;
        assertThat(EdgeTpuCompiler.find(null, path).orElseThrow().executable()).isEqualTo(onPath);
        assertThat(EdgeTpuCompiler.find(null, folder.toString())).isEmpty();
        assertThat(EdgeTpuCompiler.find(null, null)).isEmpty();
        Path other = script(folder.resolve("other"), "#!/bin/sh\n");
        assertThat(EdgeTpuCompiler.find(other.toString(), path).orElseThrow().executable())
                .isEqualTo(other);
    }

    @Test
    void aNamedCompilerThatIsNotThereIsNeverReplaced() {
        assertThatThrownBy(() -> EdgeTpuCompiler.find(folder.resolve("nowhere").toString(), System.getenv("PATH")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("nowhere is no executable file")
                .hasMessageContaining("template dense");
    }

    private EdgeTpuCompiler compiler(String text) throws IOException {
        return EdgeTpuCompiler.find(script(folder.resolve("fake"), text).toString(), null)
                .orElseThrow();
    }

    private static Path script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }
}
