package org.tensorizer.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The report on the disk: what it counts, where it stands, and that the old one or the new one is there whatever happens.
 * Five kills; {@code -Dtensorizer.kills=200} for more.
 */
class ReportTest {
    private static final int KILLS = Math.min(5, Integer.getInteger("tensorizer.kills", 5));
    private static final int LARGE = 300_000;

    @TempDir
    private Path folder;

    private Path results(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    private void result(Path results, String claim, String verdict, long start, String... more) throws IOException {
        var labels = JsonWriter.string().object();
        labels.value("uuid", claim + start)
                .value("name", "run " + start)
                .value("start", start)
                .value("stop", start + 5);
        labels.object("statusDetails").value("message", "because of " + claim).end();
        labels.value("descriptionHtml", "<p>seen</p>").array("labels");
        String[] pairs = Stream.concat(
                        Stream.of(
                                "hypothesis",
                                claim,
                                "verdict",
                                verdict,
                                "experiment",
                                "x.E" + claim,
                                "device",
                                "emulator",
                                "evidence",
                                "emulated"),
                        Stream.of(more))
                .toArray(String[]::new);
        for (int i = 0; i < pairs.length; i += 2) {
            labels.object().value("name", pairs[i]).value("value", pairs[i + 1]).end();
        }
        Files.writeString(
                results.resolve(claim + start + "-result.json"),
                labels.end().end().done());
    }

    private String page(String scope, Path... results) throws IOException {
        return Files.readString(
                Report.make(List.of(results), folder.resolve("reports"), scope).orElseThrow());
    }

    @Test
    void aHypothesisCountsOnceWithWhatWeighsMost() throws IOException {
        Path results = results("a");
        result(results, "One", "supported", 1);
        result(results, "One", "refuted", 2);
        result(results, "Two", "supported", 3, "control", "the same twice");
        result(results, "Two", "not applicable", 4);
        result(results, "Three", "unstable", 5);

        String page = page("", results);

        assertThat(page).contains("<h1>0 of 3 hypotheses supported, 1 refuted, 1 unstable, 1 not applicable</h1>");
        assertThat(page).contains("2 results, 1 control");
        assertThat(page.split("class=\"hypothesis\"", -1)).hasSize(4);
    }

    @Test
    void foldersOfSeveralRunnersMakeOneReport() throws IOException {
        result(results("a"), "One", "supported", 1);
        result(results("b"), "Two", "refuted", 2);

        assertThat(page("", results("a"), results("b"))).contains("<h1>1 of 2 hypotheses supported, 1 refuted</h1>");
    }

    @Test
    void aRunOfOneExperimentLeavesTheReportOfAllAlone() throws IOException {
        result(results("all"), "One", "supported", 1);
        result(results("all"), "Two", "supported", 2);
        String all = page("", results("all"));
        result(results("one"), "Two", "refuted", 3);

        String one = page("Two", results("one"));

        assertThat(one).contains("only Two", "0 of 1 hypothesis supported, 1 refuted");
        assertThat(folder.resolve("reports/html/index.html")).hasContent(all);
        try (Stream<Path> runs = Files.list(folder.resolve("reports/runs"))) {
            assertThat(runs).hasSize(2).anyMatch(run -> run.toString().endsWith("-Two"));
        }
    }

    @Test
    void historyComparesLikeWithLikeAndHeals() throws IOException {
        result(results("all"), "One", "refuted", 1);
        page("", results("all"));
        page("only", results("all"));
        Path history = folder.resolve("reports/history.jsonl");
        Files.writeString(history, Files.readString(history) + "{\"like\": \"cut sh");
        result(results("next"), "One", "supported", 9);

        String page = page("", results("next"));

        assertThat(page.split("<b class=\"refuted\"", -1))
                .as("the full run before, not the other")
                .hasSize(2);
        assertThat(Files.readAllLines(history)).hasSize(3).allMatch(line -> line.endsWith("}"));
    }

    @Test
    void whatIsCutShortIsLeftOutAndNothingIsNoReport() throws IOException {
        result(results("a"), "One", "supported", 1);
        Files.writeString(results("a").resolve("2-result.json"), "{\"uuid\":\"2\",\"name\":\"cut sh");
        Files.writeString(results("a").resolve("3-result.json"), "{\"uuid\":\"3\",\"name\":\"another test\"}");
        String page = page("", results("a"));

        assertThat(page).contains("1 of 1 hypothesis supported");
        assertThat(Report.make(List.of(results("empty")), folder.resolve("reports"), ""))
                .isEmpty();
        assertThat(folder.resolve("reports/html/index.html")).hasContent(page);
    }

    @Test
    void annotationsNameWhatIsRefutedInWordsThatAWorkflowReads() throws IOException {
        result(results("a"), "One", "refuted", 1);
        result(results("a"), "Two", "device fault", 2);
        Standing standing = new Standing(Result.read(results("a")));

        assertThat(Report.JobSummary.annotations(standing))
                .isEqualTo("::error title=EOne refuted::One: because of One\n"
                        + "::warning title=ETwo device fault::Two: because of Two\n");
        assertThat(Report.JobSummary.markdown(standing)).contains("| refuted | One | EOne |");
    }

    @Test
    void killedAtAnyMomentItLeavesTheOldReportOrTheNew() throws Exception {
        Path results = results("a");
        result(results, "x".repeat(20), "supported", 1);
        for (int i = 0; i < 40; i++) {
            result(results, "Claim" + i, "refuted", i, "source", "y".repeat(LARGE / 100));
        }
        Path index = folder.resolve("reports/html/index.html");
        start(results).waitFor();
        Random random = new Random(6);
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(results);
            process.waitFor(200 + random.nextInt(500), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
            assertThat(Files.readString(index)).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
        }
        assertThat(start(results).waitFor()).isZero();
        assertThat(Files.readAllLines(folder.resolve("reports/history.jsonl"))).allMatch(line -> line.endsWith("}"));
    }

    private Process start(Path results) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Report.class.getName(),
                        "--reports=" + folder.resolve("reports"),
                        results.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }
}
