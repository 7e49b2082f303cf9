package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in Allure's results after experiments that end in each possible way. */
class ReportedResultsTest {
    private static final List<String> ECHO = List.of("-Dtensorizer.device.source=" + SampleDevice.Echo.class.getName());
    private static Map<String, JsonObject> results;

    @BeforeAll
    static void runAll() throws Exception {
        Path folder = Path.of("target", "sample-results").toAbsolutePath();
        ExperimentJvm.run(
                folder,
                ECHO,
                SampleExperiments.Supported.class,
                SampleExperiments.Refuted.class,
                SampleExperiments.Faulted.class,
                SampleExperiments.RefutedTemplate.class,
                SampleExperiments.Unstable.class,
                SampleExperiments.Control.class,
                SampleExperiments.Skipped.class,
                SampleExperiments.Broken.class);
        results = byMethod(folder);
    }

    @Test
    void everyEndHasItsStatusAndVerdict() {
        Map<String, String> verdicts = results.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        e -> e.getValue().getString("status") + ", " + label(e.getValue(), "verdict")));
        assertThat(verdicts)
                .containsOnly(
                        Map.entry("echoesARamp", "passed, supported"),
                        Map.entry("addsOne", "failed, refuted"),
                        Map.entry("echoesAShiftedRamp", "failed, refuted"),
                        Map.entry("answersInTwoWays", "broken, unstable"),
                        Map.entry("agreesWithItself", "passed, supported"),
                        Map.entry("diesHalfWay", "broken, device fault"),
                        Map.entry("assertionReachedThroughAFault", "broken, device fault"),
                        Map.entry("needsTwoDevices", "skipped, not applicable"),
                        Map.entry("neverBegins", "skipped, not applicable"),
                        Map.entry("readsPastTheEnd", "broken, no verdict"));
    }

    @Test
    void everyResultStatesItsClaim() {
        results.forEach((name, result) -> {
            assertThat(label(result, "hypothesis")).as(name).isNotEmpty();
            assertThat(result.getString("name")).as(name).isNotBlank();
            assertThat(result.getString("descriptionHtml")).as(name).contains(label(result, "hypothesis"));
        });
    }

    @Test
    void aRefutationShowsPictureDeviceAndFirstDifference() {
        JsonObject refuted = results.get("addsOne");
        assertThat(refuted.getString("descriptionHtml"))
                .contains("<b>Refuted.</b> Device: echo, evidence: test double (no Coral took part)")
                .contains("output 200 is 72, expected 73")
                .contains("src=\"data:image/png;base64,iVBOR")
                .contains("1 of 256 outputs differ");
        assertThat(refuted.getObject("statusDetails").getString("expected")).contains("out 200: 73\n");
        assertThat(refuted.getObject("statusDetails").getString("actual")).contains("out 200: 72\n");
    }

    @Test
    void aRefutationIsAskedForAgainAndLeavesWhatRepeatsIt() {
        JsonObject refuted = results.get("echoesAShiftedRamp");
        assertThat(refuted.getString("descriptionHtml"))
                .contains("<td>asked again</td><td>the same answer</td>")
                .containsPattern("output \\d+: accumulator [-\\d,]+ x scale [-\\d.e]+ = [-\\d.]+, rounded")
                .contains("weights are not 0", "payload, W[out][in]");
        assertThat(refuted.getArray("attachments").stream().map(each -> ((JsonObject) each).getString("name")))
                .contains("command", "model.tflite", "input.npy", "expected.npy", "observed.npy");
        assertThat(results.get("answersInTwoWays").getString("descriptionHtml"))
                .contains("output 0 is 1, expected 0", "asked again: as the claim says");
    }

    @Test
    void theClassSaysWhatItIsAboutAndWhatMustRefuteIt() {
        JsonObject supported = results.get("echoesARamp");
        assertThat(label(supported, "theme")).isEqualTo("What the chip computes");
        assertThat(label(supported, "counterexamples")).isEqualTo("a device that answers 0");
        assertThat(label(results.get("addsOne"), "counterexamples")).isEmpty();
        assertThat(label(results.get("agreesWithItself"), "control")).isEqualTo("both sides are the same");
    }

    @Test
    void whatIsNotAVerdictSaysWhy() {
        assertThat(label(results.get("diesHalfWay"), "fault")).isEqualTo("crashed");
        assertThat(results.get("diesHalfWay").getString("descriptionHtml")).contains("exit status 134");
        assertThat(results.get("needsTwoDevices").getString("descriptionHtml")).contains("needs two devices");
        assertThat(results.get("neverBegins").getString("descriptionHtml")).contains("skipped before it begins");
    }

    @Test
    void aJvmThatDiesLeavesItsExperimentAndTheOnesAfterItAsFaults() throws Exception {
        Path folder = Path.of("target", "halted-results").toAbsolutePath();
        int exit = ExperimentJvm.run(
                folder,
                ECHO,
                SampleExperiments.Supported.class,
                SampleExperiments.Halted.class,
                SampleExperiments.ZAfterwards.class);
        Map<String, JsonObject> left = byMethod(folder);
        assertThat(exit).isEqualTo(134);
        assertThat(left.keySet()).containsExactlyInAnyOrder("echoesARamp", "haltsTheJvm", "neverRuns");
        assertThat(left.get("echoesARamp").getString("status")).isEqualTo("passed");
        for (String lost : List.of("haltsTheJvm", "neverRuns")) {
            assertThat(left.get(lost).getString("status")).as(lost).isEqualTo("broken");
            assertThat(label(left.get(lost), "verdict")).as(lost).isEqualTo("device fault");
            assertThat(left.get(lost).getString("descriptionHtml")).as(lost).contains("test JVM ended");
        }
        assertThat(label(left.get("haltsTheJvm"), "device")).isEqualTo("echo");
        assertThat(left.get("haltsTheJvm").getString("descriptionHtml"))
                .contains("Device: echo, evidence: test double (no Coral took part)", "<b>Observed.</b> nothing");
        assertThat(left.get("neverRuns").getString("descriptionHtml")).contains("It had no device yet");
    }

    @Test
    void aDamagedTemplateIsSaidAndTheOthersAreJudged(@TempDir Path damaged) throws Exception {
        Files.write(damaged.resolve("broken_edgetpu.tflite"), new byte[] {1, 2, 3});
        Path folder = Path.of("target", "damaged-results").toAbsolutePath();
        ExperimentJvm.run(folder, List.of("-Dtensorizer.templates=" + damaged), SampleExperiments.NeedsTemplates.class);

        assertThat(ExperimentJvm.results(folder))
                .hasSizeGreaterThan(1)
                .allSatisfy(result -> assertThat(label(result, "verdict")).isEqualTo("supported"));
        assertThat(Files.readString(folder.resolve("environment.properties")))
                .contains("broken_edgetpu.tflite", "cannot be read");
    }

    @Test
    void aRecordIsJudgedAgainAndSaysThatItWasReadBack(@TempDir Path records) throws Exception {
        Path folder = Path.of("target", "recorded-results").toAbsolutePath();
        List<String> recording = List.of(ECHO.get(0), "-Dtensorizer.records=" + records);
        ExperimentJvm.run(folder, recording, SampleExperiments.Supported.class, SampleExperiments.Refuted.class);
        Path record;
        try (Stream<Path> files = Files.list(records)) {
            record = files.findFirst().orElseThrow();
        }

        ExperimentJvm.run(
                folder,
                List.of("-Dtensorizer.device=replay:" + record),
                SampleExperiments.Supported.class,
                SampleExperiments.Refuted.class);

        Map<String, JsonObject> replayed = byMethod(folder);
        assertThat(label(replayed.get("echoesARamp"), "verdict")).isEqualTo("supported");
        assertThat(label(replayed.get("addsOne"), "verdict")).isEqualTo("refuted");
        assertThat(label(replayed.get("addsOne"), "evidence")).isEqualTo("replayed");
        assertThat(replayed.get("addsOne").getString("descriptionHtml"))
                .contains("replay of echo (test double)", "read back from a record; nothing ran in this run");
    }

    @Test
    void everyResultSaysHowASecondDeviceCompares() throws Exception {
        Path folder = Path.of("target", "compared-results").toAbsolutePath();
        ExperimentJvm.run(
                folder,
                List.of("-Dtensorizer.device=emulator", "-Dtensorizer.compare=emulator", "-Dtensorizer.records=none"),
                Class.forName("org.tensorizer.experiments.PayloadEncoding"));

        assertThat(ExperimentJvm.results(folder))
                .isNotEmpty()
                .allSatisfy(
                        result -> assertThat(result.getString("descriptionHtml"))
                                .containsPattern(
                                        "compared with emulator</td><td>[1-9]\\d* inferences, 0 differ in 0 values; not compared: 0"));
        assertThat(Files.readString(folder.resolve("environment.properties"))).contains("0 of ", "inferences differ");
    }

    private static Map<String, JsonObject> byMethod(Path folder) throws Exception {
        return ExperimentJvm.results(folder).stream()
                .collect(Collectors.toMap(r -> r.getString("fullName").replaceFirst(".*\\.", ""), r -> r));
    }

    private static String label(JsonObject result, String name) {
        return result.getArray("labels").stream()
                .map(JsonObject.class::cast)
                .filter(l -> name.equals(l.getString("name")))
                .map(l -> l.getString("value"))
                .findFirst()
                .orElse("");
    }
}
