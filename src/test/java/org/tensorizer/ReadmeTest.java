package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** What the README shows is true: its experiment compiles and runs, its links and profiles exist. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");

    @TempDir
    private Path folder;

    @Test
    void theExperimentCompilesRunsAndIsSupported() throws Exception {
        String source = blocks("java").stream()
                .filter(block -> block.contains("class SignedWeights"))
                .findFirst()
                .orElseThrow();
        compile("SignedWeights.java", source);

        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> experiment = loader.loadClass("org.tensorizer.experiments.SignedWeights");
            Events tests = EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(experiment))
                    .execute()
                    .testEvents();
            assertThat(tests.started().count()).isGreaterThanOrEqualTo(2); // both fixtures, and what the user named
            assertThat(tests.succeeded().count()).isEqualTo(tests.started().count());
        }
    }

    @Test
    void theLibraryExampleCompiles() throws IOException {
        String body = blocks("java").stream()
                .filter(block -> block.contains("Gemm.on("))
                .findFirst()
                .orElseThrow();
        String imports = Stream.of("device", "gemm", "template")
                .map(each -> "import org.tensorizer." + each + ".*;\n")
                .reduce("import java.nio.file.Path;\n", String::concat);
        compile(
                "Snippet.java",
                imports + "class Snippet { void snippet(Path file, ByteMatrix weights, byte[] x) {\n" + body + "} }\n");
    }

    private void compile(String name, String source) throws IOException {
        Path file = Files.writeString(folder.resolve(name), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String classPath = System.getProperty("java.class.path");
        String[] options = {"-proc:none", "-cp", classPath, "-d", folder.toString(), file.toString()};
        assertThat(compiler.run(null, null, null, options)).isZero();
    }

    @Test
    void linksLeadToFiles() throws IOException {
        Matcher links = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(README));
        int count = 0;
        while (links.find()) {
            assertThat(Path.of(links.group(1))).exists();
            count++;
        }
        assertThat(count).isPositive();
    }

    @Test
    void profilesExist() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        Matcher profiles = Pattern.compile("-P([a-z]+)").matcher(Files.readString(README));
        while (profiles.find()) {
            assertThat(pom).contains("<id>" + profiles.group(1) + "</id>");
        }
    }

    static List<String> blocks(String language) throws IOException {
        Matcher blocks =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
        return Stream.iterate(blocks, Matcher::find, found -> found)
                .map(found -> found.group(1))
                .toList();
    }
}
