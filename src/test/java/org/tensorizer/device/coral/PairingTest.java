package org.tensorizer.device.coral;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairingTest {
    private static final Path INSTALLED = Path.of("/usr/lib/x86_64-linux-gnu/libedgetpu.so.1.0");

    @TempDir
    private Path root;

    /** The table that was measured, and what lies between. */
    @ParameterizedTest
    @CsvSource({
        "16.0,           2.5.0,  WORKS",
        "16.0,           2.8.0,  WORKS",
        "16.0,           2.10.0, UNKNOWN",
        "16.0,           2.12.0, DIES",
        "16.0,           2.18.0, DIES",
        "16.0,           2.21.0, DIES",
        "16.0tf2.16.1-1, 2.12.0, WORKS",
        "16.0tf2.16.1-1, 2.21.0, WORKS",
        "16.0TF2.18.0-1, 2.18.0, WORKS",
        "16.0tf2.16.1-1, 2.8.0,  UNKNOWN",
        "16.0tf2.13.0-1, 2.18.0, UNKNOWN",
        "16.0tf2.13.0-1, 2.13.1, WORKS",
        "13.0,           2.18.0, UNKNOWN",
    })
    void isReadFromThePackage(String version, String tflite, Pairing.Verdict verdict) throws IOException {
        Path status = Files.createDirectories(root.resolve("var/lib/dpkg")).resolve("status");
        Files.writeString(status, "Package: libedgetpu1-max\nStatus: install ok installed\nVersion: " + version + "\n");
        assertThat(Pairing.of(INSTALLED, tflite, root).verdict()).isEqualTo(verdict);
        assertThat(Pairing.of(Path.of("/opt/libedgetpu.so.1.0"), tflite, root).verdict())
                .as("a file of one's own came with no package")
                .isEqualTo(Pairing.Verdict.UNKNOWN);
    }

    @Test
    void isReadFromThePath() {
        Pairing pairing = Pairing.of(Path.of("/opt/libedgetpu_16.0tf2.17.1/libedgetpu.so.1"), "2.18.0", root);
        assertThat(pairing.verdict()).isEqualTo(Pairing.Verdict.WORKS);
        assertThat(pairing)
                .hasToString(
                        "its path /opt/libedgetpu_16.0tf2.17.1/libedgetpu.so.1 was built for TFLite 2.17, this is 2.18");
    }
}
