package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar and its launcher as a user starts them, in a process of their own, from another folder. */
class PackagedCommandE2E {
    private static final Path LAUNCHER = Path.of("target/tensorizer").toAbsolutePath();
    private static final Path JAR = Path.of("target/tensorizer.jar").toAbsolutePath();

    @TempDir
    private Path folder;

    private record Ended(int status, String out, String err) {}

    private Ended start(Object... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        for (Object word : words) {
            command.add(word.toString());
        }
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end");
        }
        return new Ended(process.exitValue(), read(out), read(err));
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    @Test
    void theJarMakesATemplateAndRunsItOnTheEmulator() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Ended made = start(java, "-jar", JAR, "template", "dense", "--size", 512, "--output", "dense.tflite");
        assertThat(made.err()).isEmpty();
        assertThat(made.status()).isZero();

        Ended run = start(java, "-jar", JAR, "run", "dense.tflite", "--device", "emulator", "--input", "mod251");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("evidence").contains("emulated");
    }

    @Test
    void theLauncherWorksThroughALinkFromAnywhere() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("tz"), LAUNCHER);

        assertThat(start(link, "--version").out()).startsWith("tensorizer 0.");
        assertThat(start(link, "inspect", Shell.IDENTITY.toAbsolutePath()).out())
                .contains("PARAMETER_CACHING");
        assertThat(start(link, "inspect", "missing").status()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(start(link, "generate-completion").out()).contains("complete -F");
    }

    /** Java takes file names apart by the locale that it is started under. */
    @Test
    void umlautsInNamesWorkUnderTheCLocale() throws Exception {
        Path file = Files.copy(Shell.IDENTITY, folder.resolve("Gr\u00fc\u00dfe.tflite"));
        Ended ended = start("env", "-u", "LANG", "LC_ALL=C", LAUNCHER, "inspect", file);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.status()).isZero();
        assertThat(ended.out()).contains("Gr\u00fc\u00dfe.tflite");
    }
}
