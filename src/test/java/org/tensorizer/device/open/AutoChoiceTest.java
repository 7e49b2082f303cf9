package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.Setting;
import org.tensorizer.device.coral.EdgeTpuDouble;

/** What {@code auto} stands for, asked in a process of its own: a runtime once loaded stays. */
class AutoChoiceTest {
    @TempDir
    private Path folder;

    private EdgeTpuDouble coral;

    /** Prints the choice. */
    static final class Ask {
        private Ask() {}

        public static void main(String[] args) {
            System.out.println(DeviceChoice.ofUser().resolve());
        }
    }

    @BeforeEach
    void build() {
        coral = EdgeTpuDouble.build(folder);
    }

    @Test
    void aCoralWhereOneIsListed() throws Exception {
        assertThat(ask(coral.library())).isEqualTo("coral:0");
        coral.ask("devices pci /dev/apex_0");
        assertThat(ask(coral.library())).isEqualTo("pci:0");
    }

    @Test
    void theEmulatorWhereNoneIs() throws Exception {
        coral.ask("devices none");
        assertThat(ask(coral.library())).isEqualTo("emulator");
    }

    @Test
    void aNamedRuntimeIsNeverPassedOver() throws Exception {
        assertThat(ask(folder.resolve("nothing.so"))).contains("BadInputException", "there is no such file");
    }

    private String ask(Path libedgetpu) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + Setting.LIBEDGETPU.name() + "=" + libedgetpu,
                        "-D" + Setting.CACHE.name() + "=" + folder.resolve("cache"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Ask.class.getName()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }
}
