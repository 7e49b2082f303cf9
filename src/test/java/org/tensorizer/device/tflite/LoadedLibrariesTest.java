package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.OwnDisk;
import org.tensorizer.base.BadInputException;

/** Which files a process really has loaded: those of the private cache, JNA's own included, and nothing from elsewhere. */
class LoadedLibrariesTest {
    @TempDir
    private Path folder;

    /** Loads TFLite and says which shared libraries from outside of the system's folders are mapped. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            try {
                TfliteLibrary.load();
            } catch (BadInputException e) {
                System.out.println(e.getMessage());
                return;
            }
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
                lines.filter(line -> line.contains(".so") && line.contains("/"))
                        .map(line -> line.substring(line.indexOf('/')))
                        .filter(file -> !file.matches("/(usr|lib|lib64|opt)/.*"))
                        .filter(file -> !file.startsWith(System.getProperty("java.home")))
                        .distinct()
                        .forEach(System.out::println);
            }
        }
    }

    @BeforeEach
    void needsProc() {
        assumeTrue(Files.exists(Path.of("/proc/self/maps")), "needs /proc/self/maps");
    }

    private List<String> load(List<String> before, String... options) throws Exception {
        List<String> command = Stream.of(
                        before.stream(),
                        Stream.of(Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString()),
                        Stream.of(options),
                        Stream.of("-Duser.home=" + folder, "-Djava.io.tmpdir=" + Files.createDirectories(temporary())),
                        Stream.of("-cp", System.getProperty("java.class.path"), Child.class.getName()))
                .flatMap(words -> words)
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().retainAll(List.of("PATH"));
        Process child = builder.start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said.lines().toList();
    }

    private Path temporary() {
        return folder.resolve("tmp");
    }

    private List<Path> filesIn(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(file -> !file.equals(place)).toList();
        }
    }

    @Test
    void comeFromThePrivateCacheAndNothingElseIsUnpacked() throws Exception {
        assertThat(load(List.of()))
                .hasSize(2)
                .allMatch(file -> file.startsWith(folder.resolve(".cache/tensorizer") + "/"))
                .anyMatch(file -> file.endsWith("/libjnidispatch.so"))
                .anyMatch(file -> file.endsWith("/libjnitensorflowlite.so"));
        assertThat(filesIn(folder.resolve(".cache")))
                .as("JNA makes no folder of its own")
                .allMatch(file -> file.startsWith(folder.resolve(".cache/tensorizer")));
        assertThat(filesIn(temporary())).isEmpty();
    }

    /** A home that is a file: nothing can be written there. */
    @Test
    void aTemporaryCacheGoesWithItsProcess() throws Exception {
        Files.createFile(folder.resolve(".cache"));

        assertThat(load(List.of())).hasSize(2).allMatch(file -> file.startsWith(temporary() + "/tensorizer"));
        assertThat(filesIn(temporary())).isEmpty();
    }

    @Test
    void aNamedCacheThatIsNoGoodIsAnError() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        assertThat(load(List.of(), "-Dtensorizer.cache=" + link))
                .singleElement()
                .asString()
                .contains("is a symbolic link");
        assertThat(load(List.of(), "-Dtensorizer.cache=" + folder.resolve("a:b")))
                .singleElement()
                .asString()
                .contains("ends a folder's name for JNA");
    }

    @Test
    void aDiskThatNothingMayBeLoadedFromIsAnErrorThatSaysSo() throws Exception {
        OwnDisk.require();
        Path disk = Files.createDirectory(folder.resolve("disk"));
        String mount = "mount -t tmpfs -o noexec,mode=700 tmpfs \"" + disk + "\" && exec \"$0\" \"$@\"";
        List<String> said = load(List.of("unshare", "-rm", "/bin/sh", "-c", mount), "-Dtensorizer.cache=" + disk);
        assertThat(said)
                .singleElement()
                .asString()
                .contains("the loader refuses it")
                .contains("-Dtensorizer.cache");
    }
}
