package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report as a reviewer gets it: opened from the disk in a real browser that has no network. */
class ReportE2E {
    private static final Path REPORT = Path.of("reports", "html", "index.html").toAbsolutePath();
    private static final Path RESULTS = Path.of("target", "allure-results").toAbsolutePath();
    private static final Path SHOTS = Path.of("target", "screenshots").toAbsolutePath();
    private static final Path SAMPLE = Path.of("target", "sample-report").toAbsolutePath();
    /** The page and, inside it, the frame that Allure shows descriptions in. */
    private static final String DOCUMENTS = "[document, ...[...document.querySelectorAll('iframe')]"
            + ".map(frame => frame.contentDocument)].filter(d => d && d.body)";

    private static final String TEXT = DOCUMENTS + ".map(d => d.body.innerText).join('\\n')";
    private static final String PICTURES =
            DOCUMENTS + ".flatMap(d => [...d.images]).filter(i => i.src.startsWith('data:image/png'))";

    private static Browser browser;
    private static Map<String, JsonObject> samples;

    @BeforeAll
    static void openBrowserAndMakeASecondReport() throws Exception {
        Optional<Path> chromium = Browser.find();
        need(chromium.isPresent(), "no chromium, chromium-browser or google-chrome on the PATH");
        need(Files.exists(REPORT), "no report at reports/html/index.html: run mvn test first, with Node on the PATH");
        Path results = Path.of("target", "sample-report-results").toAbsolutePath();
        ExperimentJvm.run(
                results,
                List.of("-Dtensorizer.device.source=" + SampleDevice.Echo.class.getName()),
                SampleExperiments.Supported.class,
                SampleExperiments.Refuted.class,
                SampleExperiments.Faulted.class,
                SampleExperiments.Skipped.class,
                SampleExperiments.Broken.class);
        samples = ExperimentJvm.results(results).stream()
                .collect(Collectors.toMap(r -> r.getString("fullName").replaceFirst(".*\\.", ""), r -> r));
        generate(results);
        browser = Browser.open(chromium.get());
    }

    /** In CI what is missing fails the run; elsewhere it skips with its reason. */
    private static void need(boolean there, String reason) {
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(there, reason);
        }
        assertThat(there).as(reason).isTrue();
    }

    private static void generate(Path results) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "reports/generate", results.toString());
        builder.environment().put("TENSORIZER_REPORT", SAMPLE.toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @AfterAll
    static void closeBrowser() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void theReportListsHypothesesAndAsksNobody() throws Exception {
        browser.show(REPORT.toUri().toString(), 1500, 1000, "document.body.innerText.includes('Environment:')");
        browser.screenshot(SHOTS.resolve("report.png"));
        String page = browser.text(TEXT);
        assertThat(page).contains("Tensorizer", "Results");
        assertOnlyFilesWereAskedFor();
    }

    @Test
    void everyRowIsAnExperimentAndSaysWhoAnswered() throws Exception {
        List<JsonObject> results = ExperimentJvm.results(RESULTS);
        assertThat(results).isNotEmpty().allSatisfy(result -> {
            assertThat(label(result, "feature")).isNotEmpty();
            assertThat(label(result, "verdict")).isNotEmpty();
        });
        JsonObject shown = results.stream()
                .filter(r -> r.getString("fullName").endsWith("StructuredMatrices.outputsAreTheExactProduct"))
                .filter(r -> r.getString("name").contains("shift+1"))
                .min(Comparator.comparing(r -> r.getString("name")))
                .orElse(results.get(0));
        browser.show(url(REPORT, shown), 1400, 900, contains("Claim. " + label(shown, "feature")));
        browser.screenshot(SHOTS.resolve("readme.png"));
        assertThat(browser.text(TEXT)).contains("Claim.", "Refuted by.", "Source.");
    }

    @ParameterizedTest
    @CsvSource({
        "echoesARamp, Supported",
        "addsOne, Refuted",
        "diesHalfWay, Device fault",
        "needsTwoDevices, Not applicable",
        "readsPastTheEnd, No verdict"
    })
    void everyVerdictShowsItsClaimAndEvidenceWithoutAClick(String method, String verdict) throws Exception {
        for (int width : new int[] {1500, 420}) {
            JsonObject result = samples.get(method);
            String claim = label(result, "feature");
            browser.show(url(result), width, 1400, contains("Claim. " + claim));
            browser.screenshot(SHOTS.resolve(method + "-" + width + ".png"));
            String page = browser.text(TEXT);
            assertThat(page).contains(verdict + ".", "Claim. " + claim, "Refuted by.", "Source.");
            if (!method.equals("readsPastTheEnd")) {
                assertThat(page).contains("Device: echo, evidence: test double (no Coral took part)");
            }
            assertThat(page).doesNotContainIgnoringCase("evidence: silicon");
            assertThat(Integer.parseInt(browser.text("document.documentElement.scrollWidth")))
                    .as("width of the page in a window of " + width)
                    .isLessThanOrEqualTo(width);
        }
        assertOnlyFilesWereAskedFor();
    }

    @ParameterizedTest
    @CsvSource({"echoesARamp, 0 of 256 outputs differ", "addsOne, 1 of 256 outputs differ", "diesHalfWay, 0 of 256"})
    void evidencePicturesLoad(String method, String caption) throws Exception {
        browser.show(url(samples.get(method)), 1500, 1000, PICTURES + ".length > 0");
        assertThat(browser.text(PICTURES + ".every(i => i.complete && i.naturalWidth > 500)"))
                .isEqualTo("true");
        assertThat(browser.text(PICTURES + ".map(i => i.alt).join()"))
                .contains("Expected, observed, difference", caption);
    }

    @Test
    void aRefutationNamesTheFirstDifference() throws Exception {
        browser.show(url(samples.get("addsOne")), 1500, 1000, contains("output 200 is 72, expected 73"));
    }

    private static void assertOnlyFilesWereAskedFor() {
        assertThat(browser.requests())
                .isNotEmpty()
                .allSatisfy(url -> assertThat(url).matches("(file:|about:|blob:).*"));
    }

    private static String url(JsonObject result) throws Exception {
        return url(SAMPLE.resolve("index.html"), result);
    }

    /** Allure's address of a result is the digest of its uuid. */
    private static String url(Path report, JsonObject result) throws Exception {
        byte[] digest =
                MessageDigest.getInstance("MD5").digest(result.getString("uuid").getBytes(StandardCharsets.UTF_8));
        return report.toUri() + "#" + String.format("%032x", new BigInteger(1, digest));
    }

    private static String contains(String text) {
        return "(" + TEXT + ").includes('" + text + "')";
    }

    private static String label(JsonObject result, String name) {
        return result.getArray("labels").stream()
                .map(JsonObject.class::cast)
                .filter(l -> name.equals(l.getString("name")))
                .map(l -> l.getString("value"))
                .findFirst()
                .orElseThrow();
    }
}
