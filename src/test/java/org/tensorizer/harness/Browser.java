package org.tensorizer.harness;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One page in a headless Chromium that has no network, driven over the DevTools protocol. Every URL that the page asks for
 * is kept.
 */
final class Browser implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private static final String SHOWN = "document.body ? document.body.innerText : ''";

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private Browser(Process process, Path profile, String url) {
        this.process = process;
        this.profile = profile;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(url), new Incoming())
                .join();
        call("Page.enable", "{}");
        call("Network.enable", "{}");
    }

    /** Where Chromium is, empty where there is none. */
    static Optional<Path> find() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser open(Path chromium) throws Exception {
        Path profile = Files.createTempDirectory("tensorizer-browser");
        Process process = new ProcessBuilder(
                        chromium.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-dev-shm-usage",
                        "--host-resolver-rules=MAP * ~NOTFOUND",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return new Browser(process, profile, pageUrl(port(process, profile)));
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static int port(Process process, Path profile) throws Exception {
        Path file = profile.resolve("DevToolsActivePort");
        for (int i = 0; i < PATIENCE_SECONDS * 20; i++) {
            if (!process.isAlive()) {
                throw new IOException("Chromium ended with status " + process.exitValue());
            }
            if (Files.exists(file) && Files.readAllLines(file).size() > 1) {
                return Integer.parseInt(Files.readAllLines(file).get(0));
            }
            Thread.sleep(50);
        }
        throw new IOException("Chromium opened no debugging port within " + PATIENCE_SECONDS + " s");
    }

    private static String pageUrl(int port) throws Exception {
        String targets = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return JsonParser.array().from(targets).stream()
                .map(JsonObject.class::cast)
                .filter(target -> "page".equals(target.getString("type")))
                .map(target -> target.getString("webSocketDebuggerUrl"))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Loads a page into a window of the given size and waits until the script expression is true there. Chromium on a
     * crowded machine now and then fails to fetch even a data URI; the page, which then says so, is loaded again.
     */
    void show(String url, int width, int height, String until) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":" + (width < 600)
                        + "}");
        for (int attempt = 0; attempt < 3; attempt++) {
            call("Page.navigate", "{\"url\":\"about:blank\"}");
            call("Page.navigate", "{\"url\":" + JsonWriter.string(url) + "}");
            if (becomes(until)) {
                return;
            }
        }
        throw new AssertionError(url + ": did not become true: " + until + "; the page shows: " + text(SHOWN));
    }

    /** Runs a script in the page and waits until an expression is true there. */
    void act(String script, String until) throws Exception {
        text(script);
        if (!becomes(until)) {
            throw new AssertionError(script + ": did not become true: " + until + "; the page shows: " + text(SHOWN));
        }
    }

    private boolean becomes(String expression) throws Exception {
        for (int i = 0; i < PATIENCE_SECONDS * 20 && !text(SHOWN).contains("Failed to fetch"); i++) {
            if ("true".equals(text("String(" + expression + ")"))) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    /** A script's value as text. */
    String text(String script) {
        JsonObject answer =
                call("Runtime.evaluate", "{\"returnByValue\":true,\"expression\":" + JsonWriter.string(script) + "}");
        return String.valueOf(answer.getObject("result").get("value"));
    }

    void screenshot(Path file) throws IOException {
        JsonObject answer = call("Page.captureScreenshot", "{\"format\":\"png\"}");
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(answer.getString("data")));
    }

    /** URLs asked for so far, data URIs left out. */
    List<String> requests() {
        return new ArrayList<>(requests);
    }

    private JsonObject call(String method, String parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                .join();
        return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        for (int i = 0; Files.exists(profile) && i < PATIENCE_SECONDS * 20; i++) {
            delete(profile);
            Thread.sleep(50);
        }
    }

    /** As far as it goes: helpers of a Chromium that has ended write a little longer. */
    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryNotEmptyException | UncheckedIOException e) {
            return;
        }
    }

    private final class Incoming implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket source, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                try {
                    take(JsonParser.object().from(message.toString()));
                } catch (JsonParserException e) {
                    throw new IllegalStateException("DevTools sent " + message, e);
                }
                message.setLength(0);
            }
            return WebSocket.Listener.super.onText(source, data, last);
        }

        private void take(JsonObject received) {
            if (received.has("id")) {
                answers.remove(received.getInt("id")).complete(received.getObject("result", new JsonObject()));
            } else if ("Network.requestWillBeSent".equals(received.getString("method"))) {
                String url = received.getObject("params").getObject("request").getString("url");
                if (!url.startsWith("data:")) {
                    requests.add(url);
                }
            }
        }
    }
}
