package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link ReportScriptTest}, with the real Allure on a small folder of results. Two kills; {@code -Dtensorizer.kills=N} for
 * more.
 */
class KilledReportE2E {
    private static final int KILLS = Integer.getInteger("tensorizer.kills", 2);

    @TempDir
    private Path folder;

    private Path report;
    private Path history;

    @BeforeEach
    void needsNodeAndAllure() throws IOException {
        Path allure = Path.of("reports/node_modules/.package-lock.json");
        assumeTrue(Files.exists(allure), "no " + allure + ": run mvn test first, with Node on the PATH");
        report = folder.resolve("html/index.html");
        history = folder.resolve("html-history.jsonl");
        Files.writeString(
                Files.createDirectory(folder.resolve("results")).resolve("1-result.json"),
                "{\"uuid\":\"1\",\"name\":\"one\",\"fullName\":\"one\",\"status\":\"passed\",\"start\":1,\"stop\":2}");
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "sh", "reports/generate", folder.resolve("results").toString());
        builder.environment().put("TENSORIZER_REPORT", report.getParent().toString());
        return builder.redirectErrorStream(true).start();
    }

    private String generate() throws Exception {
        Process process = start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private void assertIsWhole(String page) throws IOException {
        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("name=\"viewport\"")
                .doesNotContain("googletagmanager");
        assertThat(page.stripTrailing()).endsWith("</html>");
        assertThat(Files.readAllLines(history)).allMatch(line -> line.startsWith("{\"uuid\":") && line.endsWith("}"));
    }

    @Test
    void theOldReportOrTheNewIsThere() throws Exception {
        long start = System.nanoTime();
        generate();
        long whole = System.nanoTime() - start;
        Random random = new Random(6);
        for (int kill = 0; kill < KILLS; kill++) {
            String before = Files.readString(report);
            Process script = start();
            TimeUnit.NANOSECONDS.sleep((long) (whole * (0.5 + 0.6 * random.nextDouble())));
            List<ProcessHandle> tree = new ArrayList<>(script.descendants().toList());
            script.destroyForcibly();
            tree.forEach(ProcessHandle::destroyForcibly);
            assertThat(script.waitFor(30, TimeUnit.SECONDS)).isTrue();
            String now = Files.readString(report);
            if (!now.equals(before)) {
                assertIsWhole(now);
            }
        }
        generate();
        assertIsWhole(Files.readString(report));
    }

    /** As a kill left it before the history was renamed into its place: Allure would refuse to make any report again. */
    @Test
    void aHistoryCutShortHeals() throws Exception {
        generate();
        String line = Files.readString(history);
        Files.writeString(history, line + line.substring(0, line.length() / 2));

        assertThat(generate())
                .contains("1 of 2 lines are damaged and were left out")
                .contains("Report: file://");
        assertThat(Files.readAllLines(history)).hasSize(2).first().isEqualTo(line.strip());
    }

    @Test
    void aResultCutShortIsLeftOut() throws Exception {
        Files.writeString(folder.resolve("results/2-result.json"), "{\"uuid\":\"2\",\"name\":\"cut sh");

        assertThat(generate()).contains("Report: file://");
        assertIsWhole(Files.readString(report));
    }
}
