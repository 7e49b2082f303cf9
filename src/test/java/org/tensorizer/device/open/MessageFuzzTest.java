package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;
import org.tensorizer.fuzz.Words;

/** What a child says when it is no longer itself: a message, or none; and the crash report that it leaves, or half of it. */
class MessageFuzzTest {
    private static final String REPORT = """
            #
            # A fatal error has been detected by the Java Runtime Environment:
            #
            #  SIGSEGV (0xb) at pc=0x00007f, pid=1, tid=2
            #
            # Problematic frame:
            # C  [libedgetpu.so.1+0x1234]  invoke+0x1
            #
            """;

    @TempDir
    private Path folder;

    @Test
    void damagedMessagesAreMessagesOrNone(TestReporter reporter) {
        List<Target> targets = new ArrayList<>();
        MessageTest.messages().forEach(message -> {
            byte[] sound = Message.encode(message);
            targets.add(new Target(
                    message.getClass().getSimpleName(),
                    sound,
                    Mutator.sparing(sound, List.of()),
                    (name, bytes) -> Message.encode(Message.decode(bytes))));
        });
        targets.add(new Target(
                "crash report",
                REPORT.getBytes(StandardCharsets.US_ASCII),
                new Words("#|\\n|[^#\\n]+", List.of("#", "\n", "\n\n", "# Problematic frame:", "\u00e4")),
                this::report));
        Fuzz.ofReader(0.5, IOException.class).run(targets, reporter);
    }

    @Test
    void aCrashReportThatEndsBeforeItsFrame() throws IOException {
        Files.copy(
                Path.of("src/test/resources/hostile/workers/crash-report-cut-short.log"),
                folder.resolve(ChildEnd.CRASH_REPORT));
        assertThat(ChildEnd.crashReport(folder)).containsExactly("JVM crash report: SIGSEGV");
    }

    private void report(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(ChildEnd.CRASH_REPORT), bytes);
        ChildEnd.crashReport(folder);
    }
}
