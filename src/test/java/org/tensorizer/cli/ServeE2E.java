package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The packaged server and Debian's own {@code usbip} program, which lists what it offers. Without that
 * program the test is skipped; {@code .ci/run} installs it on Debian.
 */
class ServeE2E {
    private static final Path LAUNCHER = Path.of("target/tensorizer").toAbsolutePath();

    private static String usbip() {
        Optional<Path> found = Stream.of("/usr/bin", "/usr/sbin", "/sbin")
                .map(folder -> Path.of(folder, "usbip"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "no usbip program: apt-get install usbip");
        return found.get().toString();
    }

    private static String list(int port) throws Exception {
        Process usbip = new ProcessBuilder(usbip(), "--tcp-port", "" + port, "list", "-r", "127.0.0.1")
                .redirectErrorStream(true)
                .start();
        String text = new String(usbip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(usbip.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return text;
    }

    private interface Trial {
        void run(int port) throws Exception;
    }

    private static void serving(Trial trial, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), "serve", "--port", "0"));
        command.addAll(List.of(options));
        Process server = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            String first = out.readLine();
            Matcher port = Pattern.compile("listening at 127\\.0\\.0\\.1 port (\\d+): .*emulated.*")
                    .matcher(first);
            assertThat(port.matches()).as(first).isTrue();
            trial.run(Integer.parseInt(port.group(1)));
        } finally {
            server.destroy(); // SIGTERM, as a CI ends it
            assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void usbipListsEveryDevice() throws Exception {
        serving(
                port -> assertThat(list(port))
                        .contains("1-1: Google Inc.", "(18d1:9302)", "1-2: ", "(ff/ff/ff)")
                        .doesNotContain("1-3: "),
                "--devices",
                "2");
    }

    @Test
    void usbipListsABootLoader() throws Exception {
        serving(port -> assertThat(list(port)).contains("1-1: ", "(1a6e:089a)", "(fe/01/02)"), "--boot");
    }
}
