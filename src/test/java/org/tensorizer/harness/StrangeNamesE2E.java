package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tensorizer.harness.ReportPages.SHOTS;
import static org.tensorizer.harness.ReportPages.TEXT;
import static org.tensorizer.harness.ReportPages.assertOnlyFilesWereAskedFor;
import static org.tensorizer.harness.ReportPages.contains;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.Printable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.StrangeModels;

/** A report about models that somebody made to change what it shows: in a real browser they are text. */
class StrangeNamesE2E {
    private static final String SCRIPT = "window.owned=1";
    private static final String MARKUP = "</iframe></script><script>" + SCRIPT + "</script><img src=x onerror=" + SCRIPT
            + "><b>bold</b>&lt;i&gt; [link](javascript:" + SCRIPT + ") ![picture](http://example.invalid/p.png)"
            + " <http://example.invalid> http://example.invalid/bare `code` **strong** | cell |";
    private static final String CONTROLS =
            "gnp\u202etxt\u202c \u2066\u061c zero\u200bwidth\ufeff nul\u0000 bell\u0007 \u001b[2J\u001b]0;title\u0007\u009b31m\r";
    private static final byte[] NO_UTF8 = {'l', 'o', 'n', 'e', (byte) 0xed, (byte) 0xa0, (byte) 0x80, (byte) 0xff, '!'};
    private static final String FILE = "<img src=x onerror=" + SCRIPT + ">[a](javascript:" + SCRIPT + ")`b`|_*c*_";
    /** Everything that could act and is not the page's own. */
    private static final String ACTORS =
            "[...document.querySelectorAll('[onerror], [onclick], [onload], img[src=x], a[href^=javascript], [href*=example],"
                    + " [src*=example], iframe, .evidence script, .evidence i, .evidence code')].map(e => e.outerHTML).join()";

    private static Browser browser;
    private static List<JsonObject> results;
    private static ReportPages report;

    @BeforeAll
    static void makeTheReport(@TempDir Path folder, @TempDir Path records) throws Exception {
        browser = ReportPages.openBrowser();
        byte[] markup = StrangeModels.named(MARKUP, CONTROLS);
        String description = TfliteModel.parse("sound", markup).description();
        write(folder, FILE, StrangeModels.withText(markup, description, MARKUP.getBytes(StandardCharsets.UTF_8)));
        write(folder, "controls\u001b[2J\u0007", StrangeModels.named(CONTROLS, "javascript:" + SCRIPT));
        write(folder, "n".repeat(230), StrangeModels.ofLongNames());
        write(folder, "lone", StrangeModels.withText(StrangeModels.named("input", "output"), "input", NO_UTF8));
        Path made = Path.of("target", "strange-report-results").toAbsolutePath();
        ExperimentJvm.run(
                made,
                List.of(
                        "-Dtensorizer.device=emulator",
                        "-Dtensorizer.templates=" + folder,
                        "-Dtensorizer.records=" + records),
                StrangeNameExperiments.class);
        results = ExperimentJvm.results(made);
        try (Stream<Path> files = Files.list(records)) {
            assertThat(files.toList()).isNotEmpty().allSatisfy(record -> {
                assertThat(Files.size(record))
                        .as("records of names of ten megabytes")
                        .isLessThan(200_000L);
                assertThat(notPrintable(Files.readString(record))).isEmpty();
            });
        }
        report = ReportPages.generate(
                List.of(made), Path.of("target", "strange-report").toAbsolutePath());
    }

    private static void write(Path folder, String name, byte[] model) throws IOException {
        Files.write(folder.resolve(name + "_edgetpu.tflite"), model);
    }

    @AfterAll
    static void closeBrowser() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void everyTextOfTheReportIsPrintableAndShort() throws Exception {
        String page = Files.readString(report.index());

        assertThat(page).hasSizeLessThan(3_000_000);
        assertThat(notPrintable(page)).isEmpty();
        assertThat(page.replaceAll("data:image/png;base64,[A-Za-z0-9+/=]*", "")).doesNotContain("x".repeat(3000));
    }

    @ParameterizedTest
    @ValueSource(ints = {1500, 390})
    void theOverviewShowsThemAsText(int width) throws Exception {
        browser.show(report.url(), width, 1400, contains("[a](javascript:"));
        browser.screenshot(SHOTS.resolve("strange-overview-" + width + ".png"));
        assertHarmless(width);
    }

    @ParameterizedTest
    @ValueSource(ints = {1500, 390})
    void everyEndShowsThemAsText(int width) throws Exception {
        browser.show(report.url(), width, 1400, contains("A name is text"));
        for (JsonObject result : strange()) {
            String template = result.getString("name");
            String shown = report.open(browser, result);
            assertHarmless(width);
            if (template.startsWith("<img")) {
                assertThat(shown).contains("</iframe></script><script>" + SCRIPT + "</script><img src=x");
            } else if (template.startsWith("controls")) {
                assertThat(shown).contains("gnp\\u202etxt\\u202c", "\\u001b[2J\\u001b]0;title\\u0007");
            } else if (template.startsWith("lone")) {
                assertThat(shown).contains("lone\ufffd");
            } else {
                assertThat(shown).containsPattern("\\.\\.\\. \\(\\d{8} characters, SHA-256 [0-9a-f]{16}\\.\\.\\.\\)");
            }
        }
    }

    @Test
    void filesBesideThePageHaveSafeNames() throws Exception {
        try (Stream<Path> files = Files.walk(report.index().resolveSibling("attachments"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(
                            file -> assertThat(file.getFileName().toString()).matches("[A-Za-z0-9_][A-Za-z0-9._-]*"));
        }
    }

    /** The codes of characters that should stand as their codes. */
    private static String notPrintable(String text) {
        return text.codePoints()
                .mapToObj(Character::toString)
                .filter(c -> !c.equals("\n") && !c.equals("\t"))
                .map(c -> Printable.of(c, 100).equals(c) ? "" : Printable.of(c, 100))
                .distinct()
                .collect(Collectors.joining());
    }

    private static List<JsonObject> strange() {
        List<JsonObject> found = results.stream()
                .filter(r -> !r.getString("name").startsWith("dense_256"))
                .toList();
        assertThat(found).as("7 ends of 4 models").hasSize(28);
        return found;
    }

    private static void assertHarmless(int width) {
        String shown = browser.text(TEXT);
        assertThat(notPrintable(shown.replaceAll("[\u00a0\u202f]", " "))).isEmpty();
        assertThat(browser.text("String(window.owned)")).isEqualTo("undefined");
        assertThat(browser.text(ACTORS)).isEmpty();
        assertThat(browser.text("document.title")).startsWith("Tensorizer");
        assertThat(Integer.parseInt(browser.text("document.documentElement.scrollWidth")))
                .isLessThanOrEqualTo(width);
        assertOnlyFilesWereAskedFor(browser);
    }
}
