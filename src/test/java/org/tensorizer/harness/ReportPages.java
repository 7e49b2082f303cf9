package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A generated report on the disk, and the scripts that read it in a browser. */
record ReportPages(Path index) {
    static final Path SHOTS = Path.of("target", "screenshots").toAbsolutePath();

    /** The page and, inside it, the frame that Allure shows descriptions in. */
    private static final String DOCUMENTS = "[document, ...[...document.querySelectorAll('iframe')]"
            + ".map(frame => frame.contentDocument)].filter(d => d && d.body)";

    static final String TEXT = DOCUMENTS + ".map(d => d.body.innerText).join('\\n')";
    static final String PICTURES =
            DOCUMENTS + ".flatMap(d => [...d.images]).filter(i => i.src.startsWith('data:image/png'))";

    private static final Pattern DATA = Pattern.compile("d\\(\"([^\"]+)\",\"([^\"]*)\"\\)");

    /** Makes one report of folders of results. */
    static ReportPages generate(List<Path> results, Path report) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "reports/generate"));
        results.forEach(folder -> command.add(folder.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("TENSORIZER_REPORT", report.toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return new ReportPages(report.resolve("index.html"));
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

    /** Allure's address of a result is the digest of its uuid. */
    String url(JsonObject result) throws Exception {
        byte[] digest =
                MessageDigest.getInstance("MD5").digest(result.getString("uuid").getBytes(StandardCharsets.UTF_8));
        return url() + "#" + String.format("%032x", new BigInteger(1, digest));
    }

    /** Goes to a result of this report, which the browser shows already, as a click does, and waits for its claim. */
    void open(Browser browser, JsonObject result) throws Exception {
        browser.act(
                "location.hash = '" + URI.create(url(result)).getFragment() + "'",
                "document.querySelector('h1')?.innerText == " + JsonWriter.string(result.getString("name"))
                        + " && document.querySelector('[data-testid=test-result-fullname]').innerText.endsWith('."
                        + method(result) + "') && " + contains("Claim. " + label(result, "feature")));
    }

    static String method(JsonObject result) {
        return result.getString("fullName").replaceFirst(".*\\.", "");
    }

    /** The files that the page holds, by name: a result each, attachments, what the tree is made of. */
    Map<String, String> data() throws IOException {
        Map<String, String> data = new LinkedHashMap<>();
        Matcher matcher = DATA.matcher(Files.readString(index));
        while (matcher.find()) {
            byte[] decoded = Base64.getDecoder().decode(matcher.group(2));
            data.put(matcher.group(1), new String(decoded, StandardCharsets.UTF_8));
        }
        return data;
    }

    /** Whether page or frame show this. */
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
