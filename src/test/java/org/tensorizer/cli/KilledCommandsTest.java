package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that run all commands with outputs, in random order and with changing contents, die at random moments, or run
 * side by side: each output is the old one or the new, and the next run finds nothing in its way. Four kills;
 * {@code -Dtensorizer.kills=200} for more.
 */
class KilledCommandsTest {
    private static final int KILLS = Integer.getInteger("tensorizer.kills", 4);

    @TempDir
    private static Path folder;

    private static Path tools;
    private static Path outputs;
    private static WholeOutputs whole;

    @BeforeAll
    static void learn() throws IOException {
        tools = Files.createDirectory(folder.resolve("tools"));
        outputs = Files.createDirectory(folder.resolve("outputs"));
        OutputCommand.makeTools(tools);
        whole = WholeOutputs.learn(tools, outputs);
    }

    @AfterAll
    static void forgetTheCompiler() {
        System.clearProperty("tensorizer.compiler");
    }

    /** A process that runs commands until it is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            Path tools = Path.of(arguments[0]);
            OutputCommand.makeTools(tools);
            List<OutputCommand> commands = new ArrayList<>(Arrays.asList(OutputCommand.values()));
            Collections.shuffle(commands, new Random(Long.parseLong(arguments[2])));
            System.out.println("ready");
            for (int number = 0; ; number = 1 - number) {
                for (OutputCommand command : commands) {
                    command.run(tools, WholeOutputs.place(command, Path.of(arguments[1])), number);
                }
            }
        }
    }

    @Test
    void everyOutputIsTheOldOneOrTheNew() throws Exception {
        Random random = new Random(9);
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        for (int kill = 0; kill < KILLS; kill++) {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-Djava.awt.headless=true",
                            "-Djava.io.tmpdir=" + temporary,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Child.class.getName(),
                            tools.toString(),
                            outputs.toString(),
                            Integer.toString(kill))
                    .redirectErrorStream(true)
                    .start();
            assertThat(child.inputReader().readLine()).isEqualTo("ready");
            watch(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1200)));
            child.destroyForcibly();
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            whole.check(outputs);
        }
        for (Path left : left()) {
            assertThat(left.getFileName().toString()).matches("\\.tensorizer-.*\\.tmp");
            Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(7200)));
        }
        for (OutputCommand command : OutputCommand.values()) {
            Shell shell = command.run(tools, WholeOutputs.place(command, outputs), 0);
            assertThat(shell.status()).as(command + ": " + shell.err()).isZero();
        }
        whole.check(outputs);
        assertThat(left()).isEmpty();
    }

    /** A reader sees what a kill at that moment would leave: a kill is rare luck, this is not. */
    private static void watch(long nanos) throws IOException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            whole.glance(outputs);
        }
    }

    /** Four at once over the same files; of those that record answers one at a time may. */
    @Test
    void ofManyAtOnceEachOutputIsSomebodysWholeOne() throws IOException {
        List<String> said = IntStream.range(0, 4)
                .parallel()
                .boxed()
                .flatMap(number -> Stream.of(OutputCommand.values())
                        .map(command -> command.run(tools, WholeOutputs.place(command, outputs), number % 2)))
                .filter(shell -> shell.status() != FactsCommand.OK)
                .map(Shell::err)
                .toList();

        assertThat(said).allMatch(text -> text.contains("another run is writing to this record"));
        whole.check(outputs);
        assertThat(left().stream().filter(file -> !file.toString().endsWith(".tmp")))
                .isEmpty();
    }

    /** What is there beside the outputs. */
    private static List<Path> left() throws IOException {
        List<Path> known = Stream.of(OutputCommand.values())
                .flatMap(command -> Stream.concat(command.outputs().stream(), OutputCommand.APPENDED.stream())
                        .map(WholeOutputs.place(command, outputs)::resolve))
                .toList();
        try (Stream<Path> files = Files.walk(outputs)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !known.contains(file))
                    .toList();
        }
    }
}
