package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.Resources;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.coral.EdgeTpuDouble;

/**
 * Session after session on a double of libedgetpu that aborts, hangs, answers short or refuses at random: each trouble ends
 * as its fault, each answer is right, the deadlines bound its time, and in the end no process, file, thread or memory is
 * left. {@code -Dtensorizer.failing.sessions=N} for more than 8.
 */
class FailingCoralTest {
    private static final int SESSIONS = Integer.getInteger("tensorizer.failing.sessions", 8);
    private static final Path MODEL = Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite");
    private static final WorkerDevice.Options OPTIONS = new WorkerDevice.Options(
            Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE);

    /** A child started, a model loaded, an inference, its end or the close, and what killing a child may take. */
    private static final Duration LONGEST = OPTIONS.openDeadline()
            .multipliedBy(2)
            .plus(OPTIONS.runDeadline().multipliedBy(2))
            .plusSeconds(10);

    /** Noise of heap and allocator; a thread, a folder or a mapping lost in each session is seen elsewhere. */
    private static final long SLACK_KB = 40_000;

    /** What the double is told to do at an inference, and the fault that must be. */
    private static final Map<String, DeviceFault.Kind> TROUBLES = Map.of(
            "abort", DeviceFault.Kind.CRASHED,
            "segv", DeviceFault.Kind.CRASHED,
            "hang", DeviceFault.Kind.HUNG,
            "short", DeviceFault.Kind.HUNG,
            "fail", DeviceFault.Kind.REFUSED);

    @TempDir
    private static Path folder;

    private EdgeTpuDouble coral;
    private byte[] model;

    @BeforeEach
    void build() throws IOException {
        coral = EdgeTpuDouble.build(folder);
        model = Files.readAllBytes(MODEL);
        coral.install(folder.resolve("cache"));
    }

    @AfterEach
    void restore() {
        EdgeTpuDouble.uninstall();
    }

    @Test
    void everyTroubleIsItsFaultAndNothingIsLeft(TestReporter reporter) throws Exception {
        byte[] answer = sound();
        Resources before = Resources.now();
        long start = System.nanoTime();
        int troubles = 0;
        List<String> kinds = TROUBLES.keySet().stream().sorted().toList();
        Random random = new Random(11);
        coral.ask();
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.parse("coral"), OPTIONS)) {
            for (int i = 0; i < SESSIONS; i++) {
                String trouble = random.nextInt(2) == 0 ? "" : kinds.get(random.nextInt(kinds.size()));
                session(device, trouble, answer, i);
                troubles += trouble.isEmpty() ? 0 : 1;
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Resources after = Resources.settled(before);
        reporter.publishEntry(Map.of(
                "troubles",
                troubles + " of " + SESSIONS,
                "seconds",
                "" + took.toSeconds(),
                "before",
                "" + before,
                "after",
                "" + after));
        assertThat(coral.played()).hasSize(troubles);
        assertThat(took).as("sum of all deadlines").isLessThan(LONGEST.multipliedBy(SESSIONS));
        after.assertNoMoreThan(before, SLACK_KB);
    }

    private byte[] sound() {
        coral.ask();
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.parse("coral"), OPTIONS);
                Session session = device.open("identity", model)) {
            assertThat(Resources.now().shared()).as("a session's memory counts").isPositive();
            return session.run(new byte[256]);
        }
    }

    private void session(WorkerDevice device, String trouble, byte[] answer, int number) {
        DeviceFault fault = null;
        byte[] found = null;
        coral.ask();
        try (Session session = device.open("identity", model)) {
            coral.ask(trouble.isEmpty() ? "" : "invoke 0 " + trouble);
            found = session.run(new byte[256]);
        } catch (DeviceFault e) {
            fault = e;
        }
        if (trouble.isEmpty()) {
            assertThat(fault).as("session %d", number).isNull();
            assertThat(found).as("session %d", number).isEqualTo(answer);
        } else {
            assertThat(fault).as("session %d, %s", number, trouble).isNotNull();
            assertThat(fault.kind()).as("session %d, %s", number, trouble).isEqualTo(TROUBLES.get(trouble));
            assertThat(found).as("session %d, %s", number, trouble).isNull();
        }
    }
}
