package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tensorizer.harness.ReportPages.PICTURES;
import static org.tensorizer.harness.ReportPages.SHOTS;
import static org.tensorizer.harness.ReportPages.TEXT;
import static org.tensorizer.harness.ReportPages.assertOnlyFilesWereAskedFor;
import static org.tensorizer.harness.ReportPages.contains;
import static org.tensorizer.harness.ReportPages.label;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report as a reviewer gets it: opened from the disk in a real browser that has no network. */
class ReportE2E {
    private static final ReportPages REPORT =
            new ReportPages(Path.of("reports", "html", "index.html").toAbsolutePath());
    private static final Path RESULTS = Path.of("target", "allure-results").toAbsolutePath();
    private static final Pattern SILICON =
            Pattern.compile("\\b(silicon|corals?|real chip|usb|pcie?)\\b(?!-usb-oxidized)", Pattern.CASE_INSENSITIVE);

    /** What may speak of a Coral: a source, what others saw, and that none took part. */
    private static final Pattern ABOUT_OTHERS = Pattern.compile("(?s)(Source\\. |source|seen on|published).*"
            + "|.*\\(no Coral took part\\).*|.*agreement says nothing new about a Coral.*"
            + "|(Claim\\. )?This device does what others published about their Corals.*");

    private static final int[] WIDTHS = {1500, 390};

    private static Browser browser;
    private static ReportPages sample;
    private static Map<String, JsonObject> samples;

    @BeforeAll
    static void openBrowserAndMakeASecondReport() throws Exception {
        ReportPages.need(
                Files.exists(REPORT.index()) && Files.isDirectory(RESULTS),
                "no report at reports/html/index.html and results in target/allure-results: run mvn test first, with Node"
                        + " on the PATH");
        browser = ReportPages.openBrowser();
        Path results = Path.of("target", "sample-report-results").toAbsolutePath();
        ExperimentJvm.run(
                results,
                List.of("-Dtensorizer.device.source=" + SampleDevice.Echo.class.getName()),
                SampleExperiments.Supported.class,
                SampleExperiments.Refuted.class,
                SampleExperiments.Faulted.class,
                SampleExperiments.Unanswered.class,
                SampleExperiments.Skipped.class,
                SampleExperiments.Broken.class);
        samples = ExperimentJvm.results(results).stream().collect(Collectors.toMap(ReportPages::method, r -> r));
        sample = ReportPages.generate(
                List.of(results), Path.of("target", "sample-report").toAbsolutePath());
    }

    @AfterAll
    static void closeBrowser() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void theOverviewSaysWhoAnsweredAndHowTheHypothesesStand() throws Exception {
        for (int width : WIDTHS) {
            browser.show(REPORT.url(), width, 1000, contains("Environment: \""));
            browser.screenshot(SHOTS.resolve("report-" + width + ".png"));
            assertThat(browser.text("document.querySelector('[data-testid=report-title]').innerText"))
                    .containsPattern(
                            "\\((no Coral took part|a Coral answered)\\): \\d+ of \\d+ hypotheses supported, \\d+ refuted");
            assertFits(width);
        }
        browser.show(sample.url(), 390, 1000, contains("Environment: \""));
        assertThat(browser.text("document.querySelector('[data-testid=report-title]').innerText"))
                .isEqualTo(
                        "Tensorizer \u00b7 test double (no Coral took part): 1 of 5 hypotheses supported, 1 refuted, 2 device"
                                + " fault, 1 not applicable \u00b7 without a device: 0 of 2 hypotheses supported, 0 refuted, 1 no"
                                + " verdict, 1 not applicable");
        assertThat(browser.text("document.querySelector('[data-testid=report-title]').getBoundingClientRect().top"))
                .as("the title stands at the top of a phone's screen when the report opens")
                .matches("\\d\\d(\\..*)?");
        assertOnlyFilesWereAskedFor(browser);
    }

    @Test
    void everyHypothesisIsInTheTreeAsAWholeSentence() throws Exception {
        List<JsonObject> results = ExperimentJvm.results(RESULTS);
        assertThat(results).isNotEmpty().allSatisfy(result -> {
            assertThat(label(result, "feature")).isNotEmpty();
            assertThat(label(result, "verdict")).isNotEmpty();
        });
        for (int width : WIDTHS) {
            browser.show(REPORT.url(), width, 1000, contains("Environment: \""));
            String tree = browser.text(TEXT);
            assertThat(results).allSatisfy(result -> assertThat(tree).contains(label(result, "feature")));
            assertThat(browser.text("[...document.querySelectorAll('[data-testid=tree-section-title]')]"
                            + ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText).join()"))
                    .as("titles cut off in a window of " + width)
                    .isEmpty();
        }
    }

    @Test
    void aResultOfThisRunCanBeReadInTheReadme() throws Exception {
        List<JsonObject> results = ExperimentJvm.results(RESULTS);
        JsonObject shown = results.stream()
                .filter(r -> r.getString("fullName").endsWith("StructuredMatrices.outputsAreTheExactProduct"))
                .filter(r -> r.getString("name").contains("shift+1"))
                .min(Comparator.comparing(r -> r.getString("name")))
                .orElse(results.get(0));
        browser.show(REPORT.url(), 1400, 1150, contains("Environment: \""));
        REPORT.open(browser, shown);
        browser.act(
                "document.querySelectorAll('[data-tree-scroll-container]').forEach(pane => pane.scrollTop = 0)",
                PICTURES + ".every(i => i.complete)");
        browser.screenshot(SHOTS.resolve("readme.png"));
        assertThat(browser.text(TEXT)).contains("Claim.", "Refuted by.", "Source.");
        assertFits(1400);
    }

    @ParameterizedTest
    @ValueSource(ints = {1500, 390})
    void everyVerdictShowsItsClaimAndEvidenceWithoutAClick(int width) throws Exception {
        browser.show(sample.url(), width, 1400, contains("Environment: \""));
        Map<String, String> verdicts = Map.of(
                "echoesARamp", "Supported. Device: echo",
                "addsOne", "Refuted. Device: echo",
                "diesHalfWay", "Device fault. Device: echo",
                "diesAtTheSecondInference", "Device fault. Device: echo",
                "needsTwoDevices", "Not applicable. Device: echo",
                "readsPastTheEnd", "No verdict. No device took part");
        for (String method : verdicts.keySet()) {
            sample.open(browser, samples.get(method));
            browser.screenshot(SHOTS.resolve(method + "-" + width + ".png"));
            String page = browser.text(TEXT);
            assertThat(page).contains(verdicts.get(method), "Refuted by.", "Source.");
            assertThat(page).doesNotContainIgnoringCase("silicon");
            assertThat(verdicts.get(method))
                    .containsIgnoringCase(verdict(browser.text(
                            "document.querySelector('[data-testid^=test-result-status-]').innerText.trim()")));
            if (verdicts.get(method).endsWith("echo")) {
                assertThat(page).contains("evidence: test double (no Coral took part)");
            }
            assertFits(width);
        }
        assertOnlyFilesWereAskedFor(browser);
    }

    /** Allure has one status for both ends without a verdict. */
    private static String verdict(String status) {
        return status.equalsIgnoreCase("no verdict") ? "" : status;
    }

    private static void assertFits(int width) throws Exception {
        browser.act( // the frame of a description grows with its pictures
                "",
                "[...document.querySelectorAll('iframe')]"
                        + ".every(f => f.contentDocument.documentElement.scrollHeight <= f.clientHeight)");
        assertThat(Integer.parseInt(browser.text("document.documentElement.scrollWidth")))
                .as("width of the page in a window of " + width)
                .isLessThanOrEqualTo(width);
    }

    @Test
    void evidencePicturesLoad() throws Exception {
        browser.show(sample.url(), 1500, 1400, contains("Environment: \""));
        Map<String, String> captions = Map.of(
                "echoesARamp", "0 of 256 outputs differ",
                "addsOne", "1 of 256 outputs differ",
                "diesHalfWay", "0 of 256 outputs differ");
        for (String method : captions.keySet()) {
            sample.open(browser, samples.get(method));
            browser.act(
                    "", PICTURES + ".length > 0 && " + PICTURES + ".every(i => i.complete && i.naturalWidth > 500)");
            assertThat(browser.text(PICTURES + ".map(i => i.alt).join()"))
                    .contains("Expected, observed, difference", captions.get(method));
        }
    }

    @Test
    void whatIsNotSupportedSaysWhy() throws Exception {
        browser.show(sample.url(), 390, 1400, contains("Environment: \""));
        assertThat(shown("addsOne"))
                .contains("Found. input ramp: output 200 is 72, expected 73")
                .contains("Expected -128 to 127, observed -128 to 127");
        assertThat(shown("diesAtTheSecondInference"))
                .contains("Fault. echo: exit status 134 (SIGABRT)")
                .contains("Expected. 256 outputs, all 64: 64, 64, 64, 64, 64, 64, 64, 64, ...")
                .contains("Observed. nothing: the device failed before it answered")
                .contains("until then, 1 output vector, is below")
                .contains("0 of 256 outputs differ");
        assertThat(browser.text(PICTURES + ".map(i => i.alt).join()")).contains("Expected, nothing observed");
        assertThat(shown("diesHalfWay"))
                .contains("Expected. an answer that agrees with the claim", "Observed. nothing");
        assertThat(shown("needsTwoDevices")).contains("Reason. needs two devices, this run has one: echo");
        assertThat(shown("neverBegins"))
                .contains("skipped before it begins", "No device took part", "Observed. nothing");
    }

    private static String shown(String method) throws Exception {
        sample.open(browser, samples.get(method));
        return browser.text(TEXT);
    }

    /** Emulated evidence must not read like evidence from a chip, in no place of the report. */
    @Test
    void nothingSpeaksOfSiliconWhereItWasEmulated() throws Exception {
        Map<String, String> data = REPORT.data();
        assumeTrue(
                data.keySet().stream().anyMatch(name -> name.startsWith("data/test-results/"))
                        && data.values().stream()
                                .noneMatch(text -> text.contains("{\"name\":\"evidence\",\"value\":\"silicon\"")),
                "a Coral answered in this run");
        for (Map.Entry<String, String> file : data.entrySet()) {
            if (file.getKey().matches("data/test-results/.*|widgets/(variables|tree|categories).json")) {
                assertThat(sentences(JsonParser.any().from(file.getValue())))
                        .as(file.getKey())
                        .allMatch(sentence -> isAboutOthers(sentence));
            } else if (file.getKey().startsWith("data/attachments/")) {
                assertThat(file.getValue()).as(file.getKey()).matches(text -> isAboutOthers(text));
            }
        }
    }

    private static boolean isAboutOthers(String sentence) {
        return !SILICON.matcher(sentence).find()
                || ABOUT_OTHERS.matcher(sentence).matches();
    }

    /** Every text that a JSON value holds, a paragraph or a table row each, without markup and pictures. */
    private static Stream<String> sentences(Object json) {
        if (json instanceof JsonObject object) {
            return object.values().stream().flatMap(ReportE2E::sentences);
        }
        if (json instanceof JsonArray array) {
            return array.stream().flatMap(ReportE2E::sentences);
        }
        return json instanceof String text
                ? Pattern.compile("<p>|<tr>")
                        .splitAsStream(text.replaceAll("data:image/png;base64,[A-Za-z0-9+/=]*", ""))
                        .map(part -> part.replaceAll("<[^>]*>", "").strip())
                : Stream.empty();
    }
}
