package org.tensorizer.device.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.SharedFolder;
import org.tensorizer.device.DeviceChoice;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.Setting;
import org.tensorizer.device.coral.EdgeTpuDouble;

/**
 * Session after session on a double of libedgetpu that aborts, hangs, answers short or refuses at random: each trouble ends
 * as its fault, each answer is right, and in the end no process, file or thread is left. {@code
 * -Dtensorizer.failing.sessions=N} for more than 8.
 */
class FailingCoralTest {
    private static final int SESSIONS = Integer.getInteger("tensorizer.failing.sessions", 8);
    private static final Path FILES = Path.of("/proc/self/fd");
    private static final WorkerOptions OPTIONS = new WorkerOptions(
            Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE);

    /** What the double is told to do at an inference, and the fault that must be. */
    private static final Map<String, DeviceFault.Kind> TROUBLES = Map.of(
            "abort", DeviceFault.Kind.CRASHED,
            "segv", DeviceFault.Kind.CRASHED,
            "hang", DeviceFault.Kind.HUNG,
            "short", DeviceFault.Kind.HUNG,
            "fail", DeviceFault.Kind.REFUSED);

    @TempDir
    private static Path folder;

    private final Map<Long, Integer> inferences = new HashMap<>();
    private EdgeTpuDouble coral;
    private byte[] model;

    @BeforeEach
    void build() {
        assumeTrue(Files.isDirectory(FILES), "needs " + FILES + " to count open files");
        coral = EdgeTpuDouble.build(folder);
        model = SharedFolder.bytes(SharedFolder.template("dense_256_edgetpu.tflite"));
        System.setProperty(Setting.LIBEDGETPU.name(), coral.library().toString());
        System.setProperty(Setting.CACHE.name(), folder.resolve("cache").toString());
    }

    @AfterEach
    void restore() {
        System.clearProperty(Setting.LIBEDGETPU.name());
        System.clearProperty(Setting.CACHE.name());
    }

    @Test
    void everyTroubleIsItsFaultAndNothingIsLeft() throws IOException {
        byte[] answer = sound();
        long before = openFiles();
        List<String> kinds = TROUBLES.keySet().stream().sorted().toList();
        Random random = new Random(11);
        coral.ask();
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.parse("usb"), OPTIONS)) {
            for (int i = 0; i < SESSIONS; i++) {
                String trouble = random.nextInt(2) == 0 ? "" : kinds.get(random.nextInt(kinds.size()));
                session(device, trouble, answer, i);
            }
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
        assertThat(openFiles()).isLessThanOrEqualTo(before + 1);
    }

    private byte[] sound() {
        coral.ask();
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.parse("usb"), OPTIONS);
                Session session = device.open("dense_256", model)) {
            return session.run(new byte[256]);
        }
    }

    private void session(WorkerDevice device, String trouble, byte[] answer, int number) {
        DeviceFault fault = null;
        byte[] found = null;
        coral.ask();
        try (Session session = device.open("dense_256", model)) {
            int inference = inferences.merge(device.pid(), 1, Integer::sum); // the double counts by process
            coral.ask(trouble.isEmpty() ? "" : "invoke " + inference + " " + trouble);
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

    private static long openFiles() throws IOException {
        System.gc(); // shared memory of sessions is unmapped with its buffer
        try (Stream<Path> files = Files.list(FILES)) {
            return files.count();
        }
    }
}
