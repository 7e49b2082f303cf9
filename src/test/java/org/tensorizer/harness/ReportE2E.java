package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tensorizer.harness.ReportPages.SHOTS;
import static org.tensorizer.harness.ReportPages.TEXT;
import static org.tensorizer.harness.ReportPages.assertOnlyFilesWereAskedFor;
import static org.tensorizer.harness.ReportPages.contains;
import static org.tensorizer.harness.ReportPages.label;

import com.grack.nanojson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    private static final Pattern ABOUT_OTHERS = Pattern.compile("(?s).*(Source|source|seen on|[Pp]ublished|published).*"
            + "|.*\\(no Coral took part\\).*|.*agreement says nothing new about a Coral.*"
            + "|.*What others saw on their Corals.*|(Claim\\. )?This device does what others published about their Corals.*"
            + "|Seen by others.*|.*[Nn]eeds a Coral.*|.*must be refuted by.*|.*https?://.*");

    private static final int[] WIDTHS = {1500, 390};
    private static final String READY = "document.readyState == 'complete'";
    private static final long LARGEST = 3_000_000;

    private static Browser browser;
    private static ReportPages sample;
    private static Map<String, JsonObject> samples;

    @BeforeAll
    static void openBrowserAndMakeASecondReport() throws Exception {
        ReportPages.need(
                Files.exists(REPORT.index()) && Files.isDirectory(RESULTS),
                "no report at reports/html/index.html and results in target/allure-results: run mvn test first");
        browser = ReportPages.openBrowser();
        Path results = Path.of("target", "sample-report-results").toAbsolutePath();
        ExperimentJvm.run(
                results,
                List.of("-Dtensorizer.device.source=" + SampleDevice.Echo.class.getName()),
                SampleExperiments.Supported.class,
                SampleExperiments.Refuted.class,
                SampleExperiments.RefutedTemplate.class,
                SampleExperiments.Unstable.class,
                SampleExperiments.Control.class,
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
    void theFirstScreenSaysHowTheHypothesesStandAndWhoAnswered() throws Exception {
        for (int width : WIDTHS) {
            browser.show(REPORT.url(), width, 844, READY);
            browser.screenshot(SHOTS.resolve("report-" + width + ".png"));
            assertThat(browser.text("document.querySelector('h1').innerText"))
                    .matches("\\d+ of \\d+ hypotheses supported, \\d+ refuted.*");
            assertThat(browser.text("document.querySelector('.who').innerText"))
                    .containsPattern("emulated \\(no Coral took part\\)|silicon|replayed");
            assertThat(Double.parseDouble(
                            browser.text("document.querySelector('.hypothesis').getBoundingClientRect().bottom")))
                    .as("the first hypothesis is on the first screen of a window of " + width)
                    .isLessThan(844);
            assertFits(width);
        }
        assertThat(Files.size(REPORT.index())).isLessThan(LARGEST);
        assertOnlyFilesWereAskedFor(browser);
    }

    @Test
    void everyHypothesisIsCountedOnceAndShownAsAWholeSentence() throws Exception {
        List<JsonObject> results = ExperimentJvm.results(RESULTS);
        long claims =
                results.stream().map(r -> label(r, "hypothesis")).distinct().count();
        browser.show(REPORT.url(), 390, 1000, READY);
        String page = browser.text(TEXT);
        assertThat(results).allSatisfy(result -> assertThat(page).contains(label(result, "hypothesis")));
        assertThat(browser.text("document.querySelectorAll('.hypothesis').length"))
                .isEqualTo("" + claims);
        assertThat(browser.text("document.title")).contains(" of " + claims + " hypotheses supported");
    }

    @Test
    void controlsAndWhatIsNotSupportedAreNotCountedAsSupport() throws Exception {
        browser.show(sample.url(), 390, 1000, READY);
        assertThat(browser.text("document.querySelector('h1').innerText"))
                .isEqualTo("1 of 9 hypotheses supported, 2 refuted, 1 unstable, 2 device fault, 2 not applicable, 1 no"
                        + " verdict");
        assertThat(shown("agreesWithItself")).startsWith("control");
        assertThat(browser.text("document.querySelector('.look').innerText"))
                .contains("The device turns a ramp by one", "shift 1, input ramp: output 0 is");
    }

    @Test
    void aResultOfThisRunCanBeReadInTheReadme() throws Exception {
        JsonObject shown = ExperimentJvm.results(RESULTS).stream()
                .filter(r -> r.getString("fullName").endsWith("StructuredMatrices.outputsAreTheExactProduct"))
                .filter(r -> r.getString("name").contains("shift+1"))
                .findFirst()
                .orElseThrow();
        browser.show(REPORT.url(), 1300, 1000, READY);
        REPORT.open(browser, shown);
        browser.act("document.getElementById('StructuredMatrices').scrollIntoView()", READY);
        browser.screenshot(SHOTS.resolve("readme.png"));
        assertThat(browser.text("document.getElementById('StructuredMatrices').innerText"))
                .contains("Refuted by", "Source", "Can it fail", "it must be refuted by a chip with");
        assertFits(1300);
    }

    @ParameterizedTest
    @ValueSource(ints = {1500, 390})
    void everyEndShowsItsEvidence(int width) throws Exception {
        browser.show(sample.url(), width, 1400, READY);
        Map<String, String> verdicts = Map.of(
                "echoesARamp", "supported",
                "addsOne", "refuted",
                "echoesAShiftedRamp", "refuted",
                "answersInTwoWays", "unstable",
                "diesHalfWay", "device fault",
                "diesAtTheSecondInference", "device fault",
                "needsTwoDevices", "not applicable",
                "readsPastTheEnd", "no verdict");
        for (Map.Entry<String, String> each : verdicts.entrySet()) {
            String text = shown(each.getKey());
            browser.act(
                    "document.getElementById('" + samples.get(each.getKey()).getString("uuid") + "').scrollIntoView()",
                    READY);
            browser.screenshot(SHOTS.resolve(each.getKey() + "-" + width + ".png"));
            assertThat(text).startsWith(each.getValue()).doesNotContainIgnoringCase("silicon");
            assertThat(text.contains("echo (test double)"))
                    .isNotEqualTo(each.getKey().equals("readsPastTheEnd"));
            assertFits(width);
        }
        assertOnlyFilesWereAskedFor(browser);
    }

    private static void assertFits(int width) {
        assertThat(Integer.parseInt(browser.text("document.documentElement.scrollWidth")))
                .as("width of the page in a window of " + width)
                .isLessThanOrEqualTo(width);
    }

    @Test
    void whatIsNotSupportedSaysWhyAndWithWhichNumbers() throws Exception {
        browser.show(sample.url(), 390, 1400, READY);
        assertThat(shown("addsOne"))
                .contains("Found. input ramp: output 200 is 72, expected 73", "1 of 256 outputs differ");
        assertThat(shown("echoesAShiftedRamp"))
                .contains("Arithmetic. output 0: accumulator", "observed -128", "Files.", "model.tflite", "input.npy")
                .contains("mvn test", "-Dexperiment=RefutedTemplate#echoesAShiftedRamp", "tensorizer run model.tflite");
        assertThat(shown("diesAtTheSecondInference"))
                .contains("Fault. echo: exit status 134 (SIGABRT)")
                .contains("Expected. 256 outputs: 64, 64, 64, 64, 64, 64, 64, 64, ...")
                .contains("Observed. nothing: the device failed before it answered")
                .contains("until then, 1 output vector, is below");
        assertThat(shown("diesHalfWay"))
                .contains("Expected. an answer that agrees with the claim", "Observed. nothing");
        assertThat(shown("needsTwoDevices")).contains("Reason. needs two devices, this run has one: echo");
        assertThat(shown("neverBegins")).contains("skipped before it begins", "Observed. nothing");
        assertThat(browser.text("document.getElementById('Refuted').innerText"))
                .contains("nobody has shown that this can fail");
    }

    /** What repeats the probe is on the disk beside the page. */
    @Test
    void linksToFilesLeadToFiles() throws Exception {
        browser.show(sample.url(), 1500, 1000, READY);
        String links =
                browser.text("[...document.querySelectorAll('.files a')].map(a => decodeURI(a.href)).join('\\n')");
        assertThat(links.lines())
                .hasSizeGreaterThan(5)
                .allSatisfy(
                        link -> assertThat(Path.of(java.net.URI.create(link))).isNotEmptyFile());
    }

    @Test
    void picturesLoad() throws Exception {
        browser.show(sample.url(), 1500, 1400, READY);
        for (String method : List.of("echoesARamp", "addsOne", "echoesAShiftedRamp", "diesAtTheSecondInference")) {
            shown(method);
            String images = "[...document.getElementById('"
                    + samples.get(method).getString("uuid") + "').querySelectorAll('.cells img')]";
            browser.act(
                    images + ".forEach(i => i.loading = 'eager')",
                    images + ".length > 0 && " + images
                            + ".every(i => i.complete && i.naturalWidth == 256 && i.clientWidth > 300)");
        }
    }

    private static String shown(String method) throws Exception {
        return sample.open(browser, samples.get(method));
    }

    /** Emulated evidence must not read like evidence from a chip, in no place of the report. */
    @Test
    void nothingSpeaksOfSiliconWhereItWasEmulated() throws Exception {
        assumeTrue(
                ExperimentJvm.results(RESULTS).stream()
                        .noneMatch(result -> label(result, "evidence").equals("silicon")),
                "a Coral answered in this run");
        String page = Files.readString(REPORT.index())
                .replaceAll("(?s)<style>.*?</style>", "")
                .replaceAll("data:image/png;base64,[A-Za-z0-9+/=]*", "");
        assertThat(Pattern.compile("<p|<tr>|<dt>|<li|<h\\d|<span|<figure|</summary>")
                        .splitAsStream(page)
                        .map(part -> part.replaceAll("<[^>]*>", " ").strip()))
                .hasSizeGreaterThan(1000)
                .allMatch(sentence -> !SILICON.matcher(sentence).find()
                        || ABOUT_OTHERS.matcher(sentence).matches());
    }

    @Test
    void anExperimentLeadsToItsSourceAndItsPublication() throws Exception {
        browser.show(REPORT.url(), 1500, 1000, READY);
        String links = browser.text("[...document.getElementById('WeightLayout').querySelectorAll('dl a')]"
                + ".map(a => decodeURI(a.href)).join(' ')");
        assertThat(links).contains("https://github.com/RingCanary/coral-usb-oxidized", "WeightLayout.java");
        assertThat(browser.text(contains("WeightLayout"))).isNotEmpty();
    }
}
