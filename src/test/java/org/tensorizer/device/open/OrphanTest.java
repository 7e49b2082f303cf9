package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.Fixture;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Session;
import org.tensorizer.device.coral.EdgeTpuDouble;

/** A child does not outlive its parent, not even one that hangs in native code. */
@Timeout(120)
class OrphanTest {
    @TempDir
    private Path folder;

    /** The parent of the test: opens a device, says the child's number, and waits or hangs. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] args) throws Exception {
            WorkerDevice.Options patient = new WorkerDevice.Options(
                    Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ZERO, Duration.ZERO, 1);
            WorkerDevice device = WorkerDevice.open(DeviceChoice.parse(args[0]), patient);
            Session session = device.open(args[1], Files.readAllBytes(Path.of(args[1])));
            System.out.println(device.pid());
            session.run(new byte[256]);
            Thread.sleep(300_000);
        }
    }

    @Test
    void endsWithAParentThatIsKilled() throws Exception {
        Process parent = parent("cpu", Fixture.source(), "");
        assertThatChildEnds(parent);
    }

    @Test
    void endsAlsoWhereItHangs() throws Exception {
        EdgeTpuDouble coral = EdgeTpuDouble.build(folder);
        coral.ask("invoke 1 hang");
        Process parent = parent("coral", Fixture.compiled(), coral.library().toString());
        assertThatChildEnds(parent);
    }

    private Process parent(String device, Path model, String libedgetpu) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + Setting.LIBEDGETPU.name() + "=" + libedgetpu,
                        "-D" + Setting.CACHE.name() + "=" + folder.resolve("cache"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName(),
                        device,
                        model.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void assertThatChildEnds(Process parent) throws Exception {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
            String child = out.readLine();
            assertThat(child).as("the child's process id").matches("\\d+");
            Path status = Path.of("/proc", child, "stat");
            Path folder = WorkerDeviceTest.folderOf(Long.parseLong(child));
            assertThat(lives(status)).isTrue();
            parent.destroyForcibly().waitFor();
            for (int i = 0; i < 600 && lives(status); i++) {
                Thread.sleep(50);
            }
            if (lives(status)) {
                ProcessHandle.of(Long.parseLong(child)).ifPresent(ProcessHandle::destroyForcibly);
                fail("child " + child + " outlived its parent");
            }
            assertThat(folder).doesNotExist();
        } finally {
            parent.destroyForcibly();
        }
    }

    /** Not gone, and not a zombie that only waits for the system to take its number away. */
    private static boolean lives(Path status) throws IOException {
        try {
            String line = Files.readString(status);
            return line.charAt(line.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
