package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sixty seconds of the README, typed as they stand. */
class ReadmeTourE2E {
    @TempDir
    private Path folder;

    @Test
    void everyLineRunsAndShowsWhatTheReadmeSays() throws Exception {
        String tour = ReadmeTest.blocks("sh").get(0);
        String out = run(tour);

        assertThat(out)
                .contains("PARAMETER_CACHING")
                .contains("weights changed          512")
                .contains("[1, 2, 3, 4")
                .contains("outputs moved with input driven  [5]")
                .contains("offset = (out/64)*16896 + 512 + (in/4)*256 + (out%64)*4 + in%4 on all 65536 known cells")
                .contains("<- PARAMETER address");
        assertThat(folder.resolve("isa.html")).isNotEmptyFile();
        assertThat(folder.resolve("map/layout.png")).isNotEmptyFile();
    }

    private String run(String script) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        ProcessBuilder bash = new ProcessBuilder("sh", "-e", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        Map<String, String> environment = bash.environment();
        environment.put("PATH", Path.of("target").toAbsolutePath() + ":" + environment.get("PATH"));
        Process process = bash.start();
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        String text = Files.readString(out);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }
}
