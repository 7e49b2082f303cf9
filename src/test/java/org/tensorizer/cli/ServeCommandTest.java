package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ServeCommandTest {
    @TempDir
    private Path folder;

    /** Runs it until it listens, then interrupts it. */
    private static String serve(String... words) throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> status = new CompletableFuture<>();
        Thread thread = new Thread(() -> status.complete(Main.run(new PrintWriter(out), new PrintWriter(err), words)));
        thread.start();
        while (!out.toString().contains("listening") && thread.isAlive()) {
            Thread.sleep(10);
        }
        thread.interrupt();
        assertThat(status.get(30, TimeUnit.SECONDS)).as(err.toString()).isZero();
        return out.toString();
    }

    @Test
    void itSaysWhereItListensAndEndsWhenInterrupted() throws Exception {
        assertThat(serve("serve", "--port", "0", "--devices", "3", "--speed", "high", "--boot", "--pace"))
                .contains("listening at 127.0.0.1 port ", "3 emulated Edge TPUs", "usbip");
    }

    @Test
    void aTraceBeginsWithTheBus() throws Exception {
        Path trace = folder.resolve("trace");
        serve("serve", "--port", "0", "--trace", trace.toString(), "--fault", "stall:7", "--fault", "busy");
        assertThat(Files.readString(trace)).startsWith("init\n");
    }

    @ParameterizedTest
    @CsvSource({
        "--devices 0, devices: expected 1 to 16",
        "--devices 17, devices: expected 1 to 16",
        "--speed full, --speed: expected super or high",
        "--port 65536, --port: expected 0 to 65535",
        "--fault fire, fault: expected KIND[:N]",
        "--fault stall:0, counts from 1",
        "--bind no.such.host.invalid, no address of the name",
        "--trace /no/such/folder/trace, /no/such/folder/trace"
    })
    void badInputIsRefused(String option, String message) {
        StringWriter err = new StringWriter();
        String[] words = ("serve " + (option.startsWith("--port") ? "" : "--port 0 ") + option).split(" ");
        assertThat(Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words))
                .isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void aPortInUseIsBadInput() throws IOException {
        StringWriter err = new StringWriter();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "" + taken.getLocalPort();
            assertThat(Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), "serve", "--port", port))
                    .isEqualTo(FactsCommand.BAD_INPUT);
            assertThat(err.toString()).contains(port).contains("in use");
        }
    }
}
