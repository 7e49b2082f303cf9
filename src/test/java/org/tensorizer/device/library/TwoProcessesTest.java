package org.tensorizer.device.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Sha256;

/** Processes that start at once share one cache: each gets the whole library, and one copy of it stays. */
class TwoProcessesTest {
    private static final String JNA = "com/sun/jna/linux-x86-64/libjnidispatch.so";

    @TempDir
    private Path folder;

    /** Waits for the signal, takes the library and says what it has, again and again with the file spoilt between. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            LibraryCache cache = LibraryCache.at(Path.of(arguments[0]));
            System.out.println("ready");
            if (System.in.read() < 0) {
                return;
            }
            for (int i = 0; i < 20; i++) {
                LibraryFile file = cache.file(JNA);
                Files.write(
                        file.path()
                                .resolveSibling(
                                        "spoilt-" + ProcessHandle.current().pid()),
                        new byte[] {1});
                Files.move(
                        file.path()
                                .resolveSibling(
                                        "spoilt-" + ProcessHandle.current().pid()),
                        file.path(),
                        StandardCopyOption.ATOMIC_MOVE);
                System.out.println(cache.file(JNA).sha256());
            }
        }
    }

    @Test
    void eachGetsTheWholeLibrary() throws Exception {
        Path home = folder.resolve("cache");
        List<Process> children = List.of(start(home), start(home));
        for (Process child : children) {
            assertThat(child.inputReader().readLine()).isEqualTo("ready");
        }
        for (Process child : children) {
            child.getOutputStream().write('\n');
            child.getOutputStream().flush();
        }
        Set<String> seen =
                children.stream().flatMap(child -> lines(child).stream()).collect(Collectors.toSet());
        for (Process child : children) {
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isZero();
        }
        LibraryFile now = LibraryCache.at(home).file(JNA);
        assertThat(seen).containsExactly(now.sha256());
        assertThat(Sha256.of(InputFile.read(now.path()))).isEqualTo(now.sha256());
        try (Stream<Path> files = Files.list(now.path().getParent())) {
            assertThat(files).containsExactly(now.path());
        }
    }

    private static List<String> lines(Process child) {
        List<String> lines = new ArrayList<>();
        try {
            for (String line = child.inputReader().readLine();
                    line != null;
                    line = child.inputReader().readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    private static Process start(Path home) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
