package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.OwnDisk;

/**
 * Every command that writes, with everything that can be in its way: it says which file and why, ends with status 2, and
 * nothing that was there has changed, nothing new is there.
 */
class OutputTroubleTest {
    @TempDir
    private static Path tools;

    @TempDir
    private Path folder;

    /** What a process with a disk of its own has seen, by trouble and command. */
    private static final Map<OutputTrouble, Map<OutputCommand, OutputTrouble.Outcome>> ON_DISKS =
            new EnumMap<>(OutputTrouble.class);

    @BeforeAll
    static void makeTools() throws Exception {
        OutputCommand.makeTools(tools);
    }

    @AfterAll
    static void forgetTheCompiler() {
        System.clearProperty("tensorizer.compiler");
    }

    static Stream<Arguments> all() {
        return Stream.of(OutputTrouble.values())
                .flatMap(trouble -> Stream.of(OutputCommand.values())
                        .filter(command -> trouble != OutputTrouble.LAST_EXISTS || command.hasOverwrite())
                        .map(command -> Arguments.of(trouble, command)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("all")
    void nothingIsLostOrLeft(OutputTrouble trouble, OutputCommand command) throws Exception {
        OutputTrouble.Outcome outcome =
                trouble.needsDisk() ? onADisk(trouble).get(command) : trouble.meet(command, tools, folder);
        if (trouble == OutputTrouble.LINKS) {
            assertThat(outcome.status()).as(outcome.said()).isEqualTo(FactsCommand.OK);
            assertThat(outcome.changes())
                    .isEqualTo(command.outputs().stream()
                            .sorted()
                            .map(name -> "elsewhere/" + name + "=changed")
                            .collect(Collectors.joining(", ", "{", "}")));
            return;
        }
        assertThat(outcome.status()).as(outcome.said()).isEqualTo(FactsCommand.BAD_INPUT);
        assertThat(outcome.changes()).isEqualTo("{}");
        assertThat(outcome.said())
                .contains("tensorizer: ")
                .contains(trouble.complaint())
                .doesNotContain("Exception");
        String place = trouble.needsDisk() ? "disk/" : folder + "/";
        assertThat(Stream.concat(command.outputs().stream(), OutputCommand.APPENDED.stream()))
                .as(outcome.said())
                .anyMatch(name -> outcome.said().contains(place + name));
    }

    private static Map<OutputCommand, OutputTrouble.Outcome> onADisk(OutputTrouble trouble) throws Exception {
        OwnDisk.require();
        if (!ON_DISKS.containsKey(trouble)) {
            ON_DISKS.put(trouble, startOnADisk(trouble));
        }
        return ON_DISKS.get(trouble);
    }

    private static Map<OutputCommand, OutputTrouble.Outcome> startOnADisk(OutputTrouble trouble) throws Exception {
        Path disk = Files.createDirectory(tools.resolve("on-" + trouble)).resolve("disk");
        Files.createDirectory(disk);
        String mount = "mount -t tmpfs -o size=2m tmpfs \"" + disk + "\" && exec \"$0\" \"$@\"";
        Process child = new ProcessBuilder(
                        "unshare",
                        "-rm",
                        "/bin/sh",
                        "-c",
                        mount,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OutputTrouble.class.getName(),
                        trouble.name(),
                        tools.toString(),
                        disk.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Map<OutputCommand, OutputTrouble.Outcome> outcomes = new EnumMap<>(OutputCommand.class);
        for (String line : said.split("\n")) {
            String[] words = line.split("\t", 4);
            assertThat(words).as(said).hasSize(4);
            outcomes.put(
                    OutputCommand.valueOf(words[0]),
                    new OutputTrouble.Outcome(Integer.parseInt(words[1]), words[2], words[3]));
        }
        return outcomes;
    }
}
