package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.tensorizer.harness.report.Report;

/** A generated report on the disk, and the scripts that read it in a browser. */
record ReportPages(Path index) {
    static final Path SHOTS = Path.of("target", "screenshots").toAbsolutePath();

    /** What a reader sees, folded parts left out. */
    static final String TEXT = "document.body.innerText";

    /** Makes one report of folders of results. */
    static ReportPages generate(List<Path> results, Path reports) {
        Report.main(Stream.concat(
                        Stream.of("--reports=" + reports), results.stream().map(Path::toString))
                .toArray(String[]::new));
        return new ReportPages(reports.resolve("html/index.html"));
    }

    /** In CI what is missing fails the run; elsewhere it skips with its reason. */
    static void need(boolean there, String reason) {
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(there, reason);
        }
        assertThat(there).as(reason).isTrue();
    }

    static Browser openBrowser() throws Exception {
        need(Browser.find().isPresent(), "no chromium, chromium-browser or google-chrome on the PATH");
        return Browser.open(Browser.find().orElseThrow());
    }

    String url() {
        return index.toUri().toString();
    }

    /** Goes to a result of this report, which the browser shows already, as a click does. */
    String open(Browser browser, JsonObject result) throws Exception {
        String id = JsonWriter.string(result.getString("uuid"));
        browser.act("location.hash = " + id, "document.getElementById(" + id + ").open");
        return browser.text("document.getElementById(" + id + ").innerText");
    }

    static String method(JsonObject result) {
        return result.getString("fullName").replaceFirst(".*\\.", "");
    }

    /** Whether the page shows this. */
    static String contains(String text) {
        return "(" + TEXT + ").includes('" + text.replace("\\", "\\\\").replace("'", "\\'") + "')";
    }

    /** No page has asked for more than files and what it holds itself. */
    static void assertOnlyFilesWereAskedFor(Browser browser) {
        assertThat(browser.requests())
                .isNotEmpty()
                .allSatisfy(url -> assertThat(url).matches("(file:|about:|blob:).*"));
    }

    static String label(JsonObject result, String name) {
        return result.getArray("labels").stream()
                .map(JsonObject.class::cast)
                .filter(l -> name.equals(l.getString("name")))
                .map(l -> l.getString("value"))
                .findFirst()
                .orElse("");
    }
}
