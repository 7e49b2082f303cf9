package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tensorizer.harness.ReportPages.PICTURES;
import static org.tensorizer.harness.ReportPages.SHOTS;
import static org.tensorizer.harness.ReportPages.TEXT;
import static org.tensorizer.harness.ReportPages.assertOnlyFilesWereAskedFor;
import static org.tensorizer.harness.ReportPages.contains;
import static org.tensorizer.harness.ReportPages.label;

import com.grack.nanojson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report as a reviewer gets it: opened from the disk in a real browser that has no network. */
class ReportE2E {
    private static final ReportPages REPORT =
            new ReportPages(Path.of("reports", "html", "index.html").toAbsolutePath());
    private static final Path RESULTS = Path.of("target", "allure-results").toAbsolutePath();
    private static final int[] WIDTHS = {1500, 390};

    private static Browser browser;
    private static ReportPages sample;
    private static final Map<String, JsonObject> SAMPLES = new HashMap<>();

    @BeforeAll
    static void openBrowserAndMakeASecondReport() throws Exception {
        ReportPages.need(
                Files.exists(REPORT.index()),
                "no report at reports/html/index.html: run mvn test first, with Node on the PATH");
        browser = ReportPages.openBrowser();
        Path results = Path.of("target", "sample-report-results").toAbsolutePath();
        run(
                results,
                SampleDevice.Echo.class,
                SampleExperiments.Supported.class,
                SampleExperiments.Refuted.class,
                SampleExperiments.Faulted.class,
                SampleExperiments.Skipped.class,
                SampleExperiments.Broken.class);
        Path more = Path.of("target", "sample-report-results-2").toAbsolutePath();
        run(more, SampleDevice.Dying.class, SampleExperiments.Unanswered.class);
        sample = ReportPages.generate(
                List.of(results, more), Path.of("target", "sample-report").toAbsolutePath());
    }

    private static void run(Path results, Class<?> device, Class<?>... experiments) throws Exception {
        ExperimentJvm.run(results, List.of("-Dtensorizer.device.source=" + device.getName()), experiments);
        ExperimentJvm.results(results)
                .forEach(r -> SAMPLES.put(r.getString("fullName").replaceFirst(".*\\.", ""), r));
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
        browser.show(REPORT.url(shown), 1400, 900, contains("Claim. " + label(shown, "feature")));
        browser.screenshot(SHOTS.resolve("readme.png"));
        assertThat(browser.text(TEXT)).contains("Claim.", "Refuted by.", "Source.");
    }

    @ParameterizedTest
    @CsvSource({
        "echoesARamp, Supported, supported",
        "addsOne, Refuted, refuted",
        "diesHalfWay, Device fault, no verdict",
        "diesAtTheSecondInference, Device fault, no verdict",
        "needsTwoDevices, Not applicable, not applicable",
        "readsPastTheEnd, No verdict, no verdict"
    })
    void everyVerdictShowsItsClaimAndEvidenceWithoutAClick(String method, String verdict, String status)
            throws Exception {
        JsonObject result = SAMPLES.get(method);
        String claim = label(result, "feature");
        for (int width : WIDTHS) {
            browser.show(sample.url(result), width, 1400, contains("Claim. " + claim));
            browser.screenshot(SHOTS.resolve(method + "-" + width + ".png"));
            String page = browser.text(TEXT);
            assertThat(page).contains(verdict + ".", "Claim. " + claim, "Refuted by.", "Source.");
            assertThat(page).doesNotContainIgnoringCase("silicon");
            assertThat(browser.text("document.querySelector('[data-testid^=test-result-status-]').innerText"))
                    .isEqualToIgnoringCase(status);
            if (!method.equals("readsPastTheEnd")) {
                assertThat(page)
                        .contains(
                                "Device: " + label(result, "device") + ", evidence: test double (no Coral took part)");
            }
            assertFits(width);
        }
        assertOnlyFilesWereAskedFor(browser);
    }

    private static void assertFits(int width) {
        assertThat(Integer.parseInt(browser.text("document.documentElement.scrollWidth")))
                .as("width of the page in a window of " + width)
                .isLessThanOrEqualTo(width);
    }

    @ParameterizedTest
    @CsvSource({"echoesARamp, 0 of 256 outputs differ", "addsOne, 1 of 256 outputs differ", "diesHalfWay, 0 of 256"})
    void evidencePicturesLoad(String method, String caption) throws Exception {
        browser.show(sample.url(SAMPLES.get(method)), 1500, 1000, PICTURES + ".length > 0");
        assertThat(browser.text(PICTURES + ".every(i => i.complete && i.naturalWidth > 500)"))
                .isEqualTo("true");
        assertThat(browser.text(PICTURES + ".map(i => i.alt).join()"))
                .contains("Expected, observed, difference", caption);
    }

    @Test
    void aRefutationNamesTheFirstDifference() throws Exception {
        browser.show(
                sample.url(SAMPLES.get("addsOne")),
                390,
                1000,
                contains("Found. input ramp: output 200 is 72, expected 73"));
        assertThat(browser.text(TEXT)).contains("Expected -128 to 127, observed -128 to 127");
    }

    @Test
    void aFaultSaysWhatWasExpectedAndThatNothingWasObserved() throws Exception {
        browser.show(
                sample.url(SAMPLES.get("diesAtTheSecondInference")),
                390,
                1400,
                contains("Fault. dying: exit status 134 (SIGABRT)"));
        assertThat(browser.text(TEXT))
                .contains("Expected. 256 outputs, all 64: 64, 64, 64, 64, 64, 64, 64, 64, ...")
                .contains("Observed. nothing: the device failed before it answered")
                .contains("until then, 1 output vector, is below")
                .contains("0 of 256 outputs differ");
        assertThat(browser.text(PICTURES + ".map(i => i.alt).join()")).contains("Expected, nothing observed");
        browser.show(sample.url(SAMPLES.get("diesHalfWay")), 390, 1400, contains("Expected. an answer that agrees"));
    }

    @Test
    void whatIsNotApplicableSaysWhy() throws Exception {
        browser.show(
                sample.url(SAMPLES.get("needsTwoDevices")),
                390,
                1000,
                contains("Reason. needs two devices, this run has one"));
        browser.show(sample.url(SAMPLES.get("neverBegins")), 390, 1000, contains("skipped before it begins"));
        assertThat(browser.text(TEXT)).contains("No device took part.", "Observed. nothing");
    }
}
