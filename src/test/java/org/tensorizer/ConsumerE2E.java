package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Other people's builds: projects that depend on the library or on the harness, with tests of their own, with and without
 * Allure.
 */
class ConsumerE2E {
    private static final String VERSION = System.getProperty("tensorizer.version", "0.1.0-SNAPSHOT");
    private static final String JUNIT =
            "<dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>6.1.3</version>"
                    + "<scope>test</scope></dependency>";
    private static final String LIBRARY =
            "<dependency><groupId>org.tensorizer</groupId><artifactId>tensorizer</artifactId>" + "<version>" + VERSION
                    + "</version></dependency>";
    private static final String ALLURE = "<dependency><groupId>io.qameta.allure</groupId>"
            + "<artifactId>allure-jupiter</artifactId><version>2.35.3</version><scope>test</scope></dependency>"
            // of JUnit's version: Allure asks for an older one
            + "<dependency><groupId>org.junit.platform</groupId><artifactId>junit-platform-launcher</artifactId>"
            + "<version>6.1.3</version><scope>test</scope></dependency>";

    private static final String OWN_TEST = """
            package mine;
            import org.junit.jupiter.api.*;
            class OwnTest {
                @Test void usesTheLibrary() {
                    Assertions.assertEquals(256, org.tensorizer.dense.DenseShape.square(256, org.tensorizer.dense.ParameterFormat.PER_TENSOR).inputs());
                }
            }
            """;

    @TempDir
    private Path folder;

    private MavenProject project;

    @BeforeEach
    void prepareARepository() throws IOException {
        assumeTrue(MavenProject.isThere(), "needs mvn on the PATH");
        Path local = folder.resolve("m2");
        put(local, "tensorizer", "pom.xml", "target/tensorizer-" + VERSION + ".jar");
        put(local, "tensorizer-harness", "target/harness-pom.xml", "target/tensorizer-harness-" + VERSION + ".jar");
        Path settings = folder.resolve("settings.xml");
        Files.writeString(
                settings,
                "<settings><localRepository>" + local + "</localRepository><mirrors><mirror><id>downloaded</id>"
                        + "<mirrorOf>*</mirrorOf><url>"
                        + MavenProject.repository().toUri()
                        + "</url></mirror></mirrors></settings>");
        project =
                new MavenProject(Files.createDirectory(folder.resolve("project")), List.of("-s", settings.toString()));
    }

    /** As {@code mvn install} puts it there. */
    private static void put(Path repository, String artifact, String pom, String jar) throws IOException {
        assumeTrue(Files.exists(Path.of(jar)), jar + " is not there: run mvn verify");
        Path place = Files.createDirectories(repository.resolve("org/tensorizer/" + artifact + "/" + VERSION));
        Files.copy(Path.of(pom), place.resolve(artifact + "-" + VERSION + ".pom"));
        Files.copy(Path.of(jar), place.resolve(artifact + "-" + VERSION + ".jar"));
    }

    private String pom(String... dependencies) throws IOException {
        String pom = ReadmeTest.blocks(ReadmeTest.OWN_PROJECT, "xml").get(0);
        int begin = pom.indexOf("<dependency>");
        int end = pom.indexOf("</dependencies>");
        assertThat(begin).isPositive();
        return pom.substring(0, begin) + String.join("\n", dependencies) + pom.substring(end);
    }

    @Test
    void aProjectWithTestsOfItsOwnNeedsNothingOfOurs() throws Exception {
        project.write("pom.xml", pom(LIBRARY, JUNIT));
        project.write("src/test/java/mine/OwnTest.java", OWN_TEST);

        MavenProject.Run run = project.run("test");

        assertThat(run.output()).contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0");
        assertThat(run.status()).isZero();
        assertThat(project.folder().resolve("allure-results")).doesNotExist();
        assertThat(project.folder().resolve("target/allure-results")).doesNotExist();
    }

    @Test
    void itsPassingTestsPassInAllureToo() throws Exception {
        project.write("pom.xml", pom(LIBRARY, JUNIT, ALLURE));
        project.write(
                "src/test/java/mine/OwnTest.java",
                OWN_TEST.replace("class OwnTest", "@io.qameta.allure.Feature(\"mine\") class OwnTest"));

        MavenProject.Run run = project.run("test");
        assertThat(run.status()).as(run.output()).isZero();

        assertThat(results(project.folder().resolve("allure-results")))
                .hasSize(1)
                .allSatisfy(result -> assertThat(result).contains("\"passed\"").doesNotContain("verdict"));
    }

    @Test
    void theProjectOfTheDocsRunsItsExperimentAndLeavesAReport() throws Exception {
        project.write(
                "pom.xml", ReadmeTest.blocks(ReadmeTest.OWN_PROJECT, "xml").get(0));
        project.write("src/test/java/mine/SignedWeights.java", ReadmeTest.experiment());
        project.write(
                "src/test/java/mine/OwnTest.java",
                OWN_TEST.replace("class OwnTest", "@io.qameta.allure.Feature(\"mine\") class OwnTest"));

        MavenProject.Run run = project.run("test");

        assertThat(run.output()).contains("1 of 1  SignedWeights  emulator (emulated)   supported", "Report: file:");
        assertThat(run.status()).isZero();
        String page = run.output().replaceFirst("(?s).*Report: file://(\\S+).*", "$1");
        assertThat(Path.of(page)).content().contains("Payload bytes below 128 are negative weights", "assembled");
        assertThat(results(project.folder().resolve("target/allure-results")))
                .filteredOn(result -> !result.contains("\"hypothesis\""))
                .hasSize(1)
                .allSatisfy(result -> assertThat(result).contains("\"passed\"").doesNotContain("verdict"));
    }

    private static List<String> results(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith("-result.json"))
                    .map(f -> {
                        try {
                            return Files.readString(f);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    @Test
    void theLibraryHasNeitherListenersNorHarnessAndBothHaveNames() throws IOException {
        assumeTrue(Files.exists(Path.of("target/tensorizer-" + VERSION + ".jar")), "run mvn verify");
        try (JarFile library = new JarFile("target/tensorizer-" + VERSION + ".jar");
                JarFile harness = new JarFile("target/tensorizer-harness-" + VERSION + ".jar")) {
            assertThat(library.stream().map(entry -> entry.getName()))
                    .noneMatch(
                            name -> name.startsWith("org/tensorizer/harness/") || name.startsWith("META-INF/services/"))
                    .anyMatch(name -> name.equals("org/tensorizer/gemm/Gemm.class"));
            assertThat(harness.stream().map(entry -> entry.getName()).filter(name -> name.endsWith(".class")))
                    .isNotEmpty()
                    .allMatch(name -> name.startsWith("org/tensorizer/harness/"));
            assertThat(library.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
                    .isEqualTo("org.tensorizer");
            assertThat(harness.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
                    .isEqualTo("org.tensorizer.harness");
        }
    }
}
