package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command of the README and of the pages in reports, as it stands, in a copy of the tree; the block of the tour has {@link ReadmeTourE2E}.
 * Commands of minutes are run by {@code -Plong}, and those that take hours by nobody but a person.
 */
class ReadmeCommandsE2E {
    private static final String RECORDS = "target/records";

    /** Commands of this build itself: without them nothing here would run. */
    private static final Set<String> THE_BUILD = Set.of("mvn test", "mvn verify");

    /** Hours, the whole of the library's tests, a debugger, the user's own repository. */
    private static final Set<String> BY_HAND = Set.of(
            "mvn -Plong verify",
            "mvn -Pbench verify",
            "mvn -Ppit -Dpit=layout -DskipExperiments package org.pitest:pitest-maven:mutationCoverage",
            "mvn verify -Dlibrary=PatternTest",
            "mvn spotless:apply",
            "mvn install",
            "mvn test -Dexperiment=NAME -Dmaven.failsafe.debug");

    /** With models that are not ours to give away; tests of their own have them where they are. */
    private static final Set<String> WITH_MODELS = Set.of(
            "tensorizer models get mobilenet_v1_0.25_128_quant",
            "tensorizer run FILE --input photo.jpg --top 5",
            "tensorizer explain mobilenet_edgetpu.tflite",
            "tensorizer transplant mobilenet_edgetpu.tflite retrained.tflite -o retrained_edgetpu.tflite",
            "tensorizer lift model_edgetpu.tflite -o plain.tflite",
            "tensorizer compile mobilenet.tflite -o mobilenet_edgetpu.tflite",
            "tensorizer gemm A.npy W.npy -o C.npy",
            "tensorizer extract model_edgetpu.tflite --as weights --out parts",
            "tensorizer usb-trace target/usb.trace",
            "target/tensorizer serve &");

    /**
     * What a command must end in.
     *
     * @param status exit status
     * @param shows what it prints
     * @param leaves a file of the tree that it makes
     */
    private record Case(String command, int status, List<String> shows, String leaves) {
        @Override
        public String toString() {
            return command;
        }
    }

    @TempDir
    private static Path folder;

    private static Path tree;

    static List<Case> quick() {
        return List.of(
                new Case(
                        "mvn test -Dexperiment=WeightLayout",
                        0,
                        List.of("1 of 1  WeightLayout  emulator (emulated)   supported", "Report: file://"),
                        "target/allure-results-one"),
                new Case("mvn antrun:run@report", 0, List.of("No report: no results of experiments"), "reports"),
                new Case("mvn -q -DskipTests package", 0, List.of(), "target/tensorizer.jar"),
                new Case("target/tensorizer doctor", 0, List.of("ok      TFLite"), "target/tensorizer"),
                new Case("tensorizer models", 0, List.of("mobilenet_v1_0.25_128_quant"), "target/tensorizer"),
                new Case("tensorizer replay FILE", 0, List.of("inferences"), "target/tensorizer"),
                new Case("tensorizer compile --help", 0, List.of("RESIZE_BILINEAR"), "target/tensorizer"),
                new Case(
                        "tensorizer template conv --rows 1024 --in 512 --out 512 --output p.tflite",
                        0,
                        List.of("extrapolated"),
                        "p.tflite"),
                new Case(
                        "tensorizer reference --program program.html --payload payload.html",
                        0,
                        List.of(),
                        "program.html"),
                new Case(
                        "tensorizer plan --outputs 4096 --inputs 4096 --vectors 256",
                        0,
                        List.of("Coral"),
                        "target/tensorizer"));
    }

    static List<Case> slow() {
        String report = "reports/html/index.html";
        List<String> nothing = List.of("No experiment was run: ");
        return List.of(
                new Case("mvn test -Dtensorizer.templates=DIR", 0, List.of("emulator (emulated)"), report),
                new Case("mvn test -DexcludedGroups=long", 0, List.of("emulator (emulated)"), report),
                new Case("mvn test -Dtensorizer.device=usb", 1, nothing, "target/classes"),
                new Case(
                        "mvn test -Dtensorizer.device=usb -Dtensorizer.compare=emulator", 1, nothing, "target/classes"),
                new Case("mvn test -Dtensorizer.device=replay:FILE", 0, List.of("replayed"), report));
    }

    @BeforeAll
    static void copyTheTree() throws IOException {
        tree = folder.resolve("tree");
        MavenProject.copySources(tree);
    }

    @Test
    void everyCommandOfTheReadmeIsHere() throws IOException {
        Set<String> known = new TreeSet<>(THE_BUILD);
        known.addAll(BY_HAND);
        known.addAll(WITH_MODELS);
        Stream.concat(quick().stream(), slow().stream()).map(Case::command).forEach(known::add);
        assertThat(commands()).isEqualTo(known);
    }

    /** Indented lines up to their comment, and spans of code in the text. */
    private static Set<String> commands() throws IOException {
        StringBuilder pages = new StringBuilder(Files.readString(Path.of("README.md")));
        try (Stream<Path> docs = Files.list(Path.of("reports"))) {
            for (Path page : docs.filter(each -> each.toString().endsWith(".md"))
                    .filter(each -> !each.endsWith("commands.md"))
                    .sorted()
                    .toList()) {
                pages.append(Files.readString(page));
            }
        }
        String text = pages.toString().replaceAll("(?s)```.*?```", "");
        Matcher line = Pattern.compile(
                        "(?m)^ {4}((?:mvn|(?:target/)?tensorizer) .*?)(?: {2,}.*)?$|`((?:mvn|tensorizer) [^`]+)`")
                .matcher(text);
        Set<String> commands = new TreeSet<>();
        while (line.find()) {
            String command = line.group(1) == null ? line.group(2) : line.group(1);
            commands.add(command.replaceAll("\\s+", " "));
        }
        return commands;
    }

    @ParameterizedTest
    @MethodSource("quick")
    void endsAsItShould(Case shown) throws Exception {
        run(shown);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("slow")
    void endsAsItShouldAfterMinutes(Case shown) throws Exception {
        run(shown);
    }

    private static void run(Case shown) throws IOException, InterruptedException {
        String command = shown.command()
                .replace("DIR", tree.resolve("fixtures/templates").toString())
                .replace("FILE", recordOfThisBuild().toString());
        Path out = folder.resolve("out");
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.set(0, executable(words.get(0)));
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(tree.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("MAVEN_") || name.equals("CI"));
        Process process = builder.start();
        if (!process.waitFor(30, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String text = Files.readString(out);
        assertThat(process.waitFor()).as(text).isEqualTo(shown.status());
        assertThat(shown.shows()).allSatisfy(each -> assertThat(text).contains(each));
        assertThat(tree.resolve(shown.leaves())).exists();
    }

    /** A program of the tree by its path, whatever the folder of the test is. */
    private static String executable(String word) {
        return word.equals("mvn") ? word : tree.resolve("target/tensorizer").toString();
    }

    private static Path recordOfThisBuild() throws IOException {
        try (Stream<Path> records = Files.list(Path.of(RECORDS))) {
            return records.filter(file -> file.toString().endsWith(".jsonl"))
                    .max((a, b) ->
                            Long.compare(a.toFile().lastModified(), b.toFile().lastModified()))
                    .orElseThrow()
                    .toAbsolutePath();
        }
    }
}
