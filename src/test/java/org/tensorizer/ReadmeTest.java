package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
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
    static final Path OWN_PROJECT = Path.of("reports/own-project.md");
    private static final Path README = Path.of("README.md");

    @TempDir
    private Path folder;

    @Test
    void theExperimentCompilesRunsAndIsSupported() throws Exception {
        compile("SignedWeights.java", experiment());

        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> experiment = loader.loadClass("mine.SignedWeights");
            Events tests = EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(experiment))
                    .execute()
                    .testEvents();
            assertThat(tests.started().count()).isGreaterThanOrEqualTo(2); // both fixtures, and what the user named
            assertThat(tests.succeeded().count()).isEqualTo(tests.started().count());
        }
    }

    @Test
    void theLibraryExamplesCompile() throws IOException {
        List<String> bodies = blocks(OWN_PROJECT, "java").stream()
                .filter(block -> block.contains("Devices.open()"))
                .toList();
        assertThat(bodies).hasSize(2);
        String imports = Stream.of("device", "device.open", "gemm", "model", "network", "template")
                .map(each -> "import org.tensorizer." + each + ".*;\n")
                .reduce("import java.nio.file.Path;\nimport java.util.List;\n", String::concat);
        String arguments = "Path file, ByteMatrix matrix, byte[] weights, byte[] input";
        for (String body : bodies) {
            compile("Snippet.java", imports + "class Snippet { void snippet(" + arguments + ") {\n" + body + "} }\n");
        }
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
        List<Path> pages = new ArrayList<>(List.of(README, Path.of("experiments/README.md")));
        try (Stream<Path> docs = Files.list(Path.of("reports"))) {
            docs.filter(each -> each.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            List<MatchResult> links = Pattern.compile("\\]\\(([^)#:]+)\\)")
                    .matcher(Files.readString(page))
                    .results()
                    .toList();
            assertThat(links)
                    .allSatisfy(link -> assertThat(page.resolveSibling(link.group(1)))
                            .as("%s links to", page)
                            .exists());
        }
        assertThat(Files.readString(README).lines()).as("one page").hasSizeLessThan(175);
    }

    @Test
    void profilesExist() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        Matcher profiles = Pattern.compile("-P([a-z]+)")
                .matcher(Files.readString(README) + Files.readString(Path.of("reports/development.md")));
        while (profiles.find()) {
            assertThat(pom).contains("<id>" + profiles.group(1) + "</id>");
        }
    }

    /** The experiment that the README shows. */
    static String experiment() throws IOException {
        return blocks("java").stream()
                .filter(block -> block.contains("class SignedWeights"))
                .findFirst()
                .orElseThrow();
    }

    static List<String> blocks(String language) throws IOException {
        return blocks(README, language);
    }

    static List<String> blocks(Path page, String language) throws IOException {
        Matcher blocks =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
        return Stream.iterate(blocks, Matcher::find, found -> found)
                .map(found -> found.group(1))
                .toList();
    }
}
