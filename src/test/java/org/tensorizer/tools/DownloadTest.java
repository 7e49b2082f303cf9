package org.tensorizer.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.tools.PublicModels.ModelFile;

/** Against a server on this machine. */
class DownloadTest {
    private final byte[] content = new byte[200_000];
    private final List<String> ranges = new ArrayList<>();
    private final List<String> hosts = new ArrayList<>();
    private HttpServer server;
    private int status = 200;
    private boolean takesRanges = true;
    private int breaksAfter = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        new Random(3).nextBytes(content);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        hosts.add(exchange.getRequestHeaders().getFirst("Host"));
        if (status != 200) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return;
        }
        int from = range == null || !takesRanges ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (from >= content.length) {
            exchange.sendResponseHeaders(416, -1);
            exchange.close();
            return;
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        int count = Math.min(content.length - from, breaksAfter);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(content, from, count);
        } catch (IOException cutShort) {
            exchange.close();
        }
    }

    private ModelFile file(Optional<String> sha256) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/a/model.tflite");
        return new ModelFile("model.tflite", OptionalLong.of(content.length), sha256, "this test", url, "noise");
    }

    private ModelFile sound() {
        return file(Optional.of(Sha256.of(content)));
    }

    private Download.Result get(ModelFile file) throws IOException {
        return new Download(Map.of(), 500)
                .get(file, folder, (done, total) -> assertThat(done).isLessThanOrEqualTo(total));
    }

    @Test
    void theFileIsFetchedOnceAndChecked() throws IOException {
        Download.Result first = get(sound());
        assertThat(Files.readAllBytes(first.path())).isEqualTo(content);
        assertThat(first.fetched()).isTrue();
        assertThat(first.verified()).isTrue();
        Download.Result second = get(sound());
        assertThat(second.fetched()).isFalse();
        assertThat(second.sha256()).isEqualTo(first.sha256());
        assertThat(ranges).containsExactly("null");
        assertThat(folder.resolve("model.tflite.part")).doesNotExist();
    }

    @Test
    void withoutAKnownDigestTheResultSaysSo() throws IOException {
        Download.Result result = get(file(Optional.empty()));
        assertThat(result.verified()).isFalse();
        assertThat(result.sha256()).isEqualTo(Sha256.of(content));
    }

    @Test
    void aBrokenConnectionIsGoneOnWith() throws IOException {
        breaksAfter = 70_000;
        assertThatThrownBy(() -> get(sound()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("run the command again to go on");
        long have = Files.size(folder.resolve("model.tflite.part"));
        assertThat(have).isBetween(1L, 70_000L);
        breaksAfter = Integer.MAX_VALUE;
        assertThat(Files.readAllBytes(get(sound()).path())).isEqualTo(content);
        assertThat(ranges).containsExactly("null", "bytes=" + have + "-");
    }

    @Test
    void aServerWithoutRangesStartsAgain() throws IOException {
        Files.write(folder.resolve("model.tflite.part"), new byte[500]);
        takesRanges = false;
        assertThat(Files.readAllBytes(get(sound()).path())).isEqualTo(content);
    }

    @Test
    void aWholePartIsOnlyChecked() throws IOException {
        Files.write(folder.resolve("model.tflite.part"), content);
        assertThat(Files.readAllBytes(get(sound()).path())).isEqualTo(content);
    }

    @Test
    void otherBytesThanExpectedAreThrownAway() {
        assertThatThrownBy(() -> get(file(Optional.of("00"))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("SHA-256 " + Sha256.of(content) + ", expected 00 (this test)");
        assertThat(folder).isEmptyDirectory();
        ModelFile shorter = new ModelFile("model.tflite", OptionalLong.of(17), Optional.empty(), "", sound().url(), "");
        assertThatThrownBy(() -> get(shorter)).hasMessageContaining("200000 bytes, expected 17");
    }

    @Test
    void aSpoiltFileInTheFolderIsNotTaken() throws IOException {
        Files.write(folder.resolve("model.tflite"), Arrays.copyOf(content, 100));
        assertThatThrownBy(() -> get(sound()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("remove the file to fetch it anew");
        assertThat(folder.resolve("model.tflite")).hasSize(100);
    }

    @Test
    void aServerThatDoesNotHaveItIsNamed() {
        status = 404;
        assertThatThrownBy(() -> get(sound()))
                .isInstanceOf(BadInputException.class)
                .hasMessage(sound().url() + ": HTTP status 404, expected 200");
        server.stop(0);
        assertThatThrownBy(() -> get(sound()))
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("proxy");
    }

    @Test
    void aFileThatAnotherProcessFetchesIsLeftAlone() throws IOException {
        Path part = folder.resolve("model.tflite.part");
        try (FileChannel other = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(other.tryLock()).isNotNull();
            assertThatThrownBy(() -> get(sound())).hasMessageContaining("another process is fetching this file");
        }
    }

    @Test
    void proxiesOfTheEnvironmentAreUsedUnlessExempt() throws IOException {
        String proxy = "http://127.0.0.1:" + server.getAddress().getPort();
        ModelFile elsewhere = new ModelFile(
                "model.tflite",
                OptionalLong.empty(),
                Optional.empty(),
                "",
                URI.create("http://models.invalid/model.tflite"),
                "");
        new Download(Map.of("http_proxy", proxy), 500).get(elsewhere, folder, (done, total) -> {});
        assertThat(hosts).containsExactly("models.invalid");
        assertThat(folder.resolve("model.tflite")).hasBinaryContent(content);
        Download exempt = new Download(Map.of("HTTP_PROXY", proxy, "no_proxy", "example.org, .invalid"), 500);
        assertThatThrownBy(() -> exempt.get(elsewhere, folder.resolve("other"), (done, total) -> {}))
                .hasMessageContaining("cannot be reached");
    }
}
