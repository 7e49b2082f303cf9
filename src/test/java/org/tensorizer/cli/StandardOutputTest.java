package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command whose output was lost does not end as if all were well; one whose reader has seen enough does. */
class StandardOutputTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "exec \"$@\" >/dev/full # 2 # tensorizer: standard output: cannot be written: No space left on device",
                "exec \"$@\" | head -c 1 >/dev/null; exit ${PIPESTATUS[0]} # 0 # ''",
                "exec \"$@\" >/dev/null # 0 # ''",
            })
    void whatIsLostIsSaid(String line, int status, String said) throws Exception {
        Path bash = Path.of("/bin/bash");
        assumeTrue(Files.exists(bash) && Files.exists(Path.of("/dev/full")), "needs " + bash + " and /dev/full");
        Process process = new ProcessBuilder(
                        bash.toString(),
                        "-c",
                        line,
                        "bash",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "disassemble",
                        Shell.IDENTITY.toString())
                .start();
        process.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(error.strip()).isEqualTo(said);
        assertThat(process.exitValue()).isEqualTo(status);
    }
}
