package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tensorizer.DenseTwin;
import org.tensorizer.Fixture;
import org.tensorizer.Samples;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;

/** A device in a child process is the same device. */
class WorkerDeviceTest {
    private static final WorkerDevice.Options OPTIONS = new WorkerDevice.Options(
            Duration.ofSeconds(40), Duration.ofSeconds(20), Duration.ofMillis(10), Duration.ofMillis(50), 3);

    private static WorkerDevice cpu;

    @BeforeAll
    static void open() {
        cpu = WorkerDevice.open(DeviceChoice.CPU, OPTIONS);
    }

    @AfterAll
    static void close() {
        cpu.close();
    }

    @Test
    void givesTheSameAnswersAndFacts() {
        byte[] model = Fixture.sourceBytes();
        try (Session here = new CpuDevice().open("dense_256", model);
                Session there = cpu.open("dense_256", model)) {
            assertThat(cpu.name()).isEqualTo("cpu");
            assertThat(cpu.provenance()).isEqualTo(Provenance.CPU);
            assertThat(there.inputs()).isEqualTo(here.inputs());
            assertThat(there.outputs()).isEqualTo(here.outputs());
            Random random = new Random(1);
            for (int i = 0; i < 50; i++) {
                byte[] input = new byte[256];
                random.nextBytes(input);
                assertThat(there.run(input)).isEqualTo(here.run(input));
            }
        }
    }

    @Test
    void severalInputsAndOutputsAndSessions() {
        byte[] several = Samples.severalInputs().bytes();
        byte[] dense = DenseTwin.DENSE_1024.source().copy();
        try (Session here = new CpuDevice().open("several", several);
                Session there = cpu.open("several", several);
                Session other = cpu.open("dense", dense)) {
            List<byte[]> inputs = here.inputs().stream()
                    .map(spec -> {
                        byte[] input = new byte[spec.byteSize()];
                        new Random(spec.byteSize()).nextBytes(input);
                        return input;
                    })
                    .toList();
            assertThat(other.run(new byte[1024])).hasSize(1024);
            assertThat(there.run(inputs)).usingRecursiveComparison().isEqualTo(here.run(inputs));
        }
    }

    @Test
    void badInputIsBadInputAndTheChildLivesOn() {
        long child = cpu.pid();
        byte[] compiled = Fixture.compiledBytes();
        assertThatThrownBy(() -> cpu.open("compiled", compiled))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("compiled for the Edge TPU");
        assertThatThrownBy(() -> cpu.open("noise", new byte[100])).isInstanceOf(BadInputException.class);
        byte[] model = Fixture.sourceBytes();
        Session session = cpu.open("dense_256", model);
        assertThatThrownBy(() -> session.run(new byte[255]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 256 bytes, found 255");
        assertThatThrownBy(() -> session.run(List.of())).isInstanceOf(IllegalArgumentException.class);
        session.close();
        session.close();
        assertThatThrownBy(() -> session.run(new byte[256]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(cpu.pid()).isEqualTo(child);
    }

    @Test
    void missingDeviceIsMissing() {
        DeviceFault fault = catchThrowableOfType(
                DeviceFault.class, () -> WorkerDevice.open(DeviceChoice.parse("/dev/apex_77"), OPTIONS));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.MISSING);
        assertThat(fault.getMessage()).startsWith("/dev/apex_77: ").doesNotContain("/dev/apex_77: /dev/apex_77");
    }

    @Test
    void leavesNoProcessAndNoFileBehind() throws IOException {
        byte[] model = Fixture.sourceBytes();
        long pid;
        Path folder;
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.CPU, OPTIONS);
                Session session = device.open("dense_256", model)) {
            pid = device.pid();
            folder = folderOf(pid);
            assertThat(folder).isDirectory();
            assertThat(Files.exists(folder.resolve("tensors-1")))
                    .as("shared memory has no name")
                    .isFalse();
            session.run(new byte[256]);
        }
        assertThat(Path.of("/proc", Long.toString(pid))).doesNotExist();
        assertThat(folder).doesNotExist();
    }

    @Test
    void killedFromOutsideIsAFaultAndTheNextModelGetsANewChild() {
        byte[] model = Fixture.sourceBytes();
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.CPU, OPTIONS)) {
            Session session = device.open("dense_256", model);
            byte[] answer = session.run(new byte[256]);
            ProcessHandle.of(device.pid()).orElseThrow().destroyForcibly();
            DeviceFault fault = catchThrowableOfType(DeviceFault.class, () -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED);
            assertThat(fault).hasMessageContaining("exit status 137 (SIGKILL");
            session.close();
            try (Session again = device.open("dense_256", model)) {
                assertThat(again.run(new byte[256])).isEqualTo(answer);
            }
        }
    }

    @Test
    void environmentIsMinimal() {
        assertThat(ChildCommand.of(Path.of("f"), Path.of("f", "socket"), "cpu")
                        .environment()
                        .keySet())
                .allMatch(name -> name.startsWith("TENSORIZER_")
                        || name.startsWith("USB_")
                        || List.of("HOME", "XDG_CACHE_HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
                                .contains(name));
        assertThat(ChildCommand.of(Path.of("/f"), Path.of("/f/s"), "cpu").command())
                .doesNotContain("sh", "-c")
                .contains(WorkerMain.class.getName());
    }

    @Test
    void isolationIsTheUsersChoice() {
        System.setProperty(Setting.ISOLATION.name(), "process");
        try (Device device = Devices.open(DeviceChoice.CPU)) {
            assertThat(device).isInstanceOf(WorkerDevice.class);
            System.setProperty(Setting.ISOLATION.name(), "jail");
            assertThatThrownBy(() -> Devices.open(DeviceChoice.CPU))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("expected process or none, found \"jail\"");
        } finally {
            System.clearProperty(Setting.ISOLATION.name());
        }
        System.setProperty(Setting.ISOLATION.name(), "none");
        try (Device device = Devices.open(DeviceChoice.CPU)) {
            assertThat(device).isInstanceOf(CpuDevice.class);
        } finally {
            System.clearProperty(Setting.ISOLATION.name());
        }
    }

    /** TFLite's convolution lays out 2 GiB and more for this model, and counts them in 32 bits. */
    @Test
    void aModelThatEndsTfliteOnTheProcessorEndsNothingElse() throws IOException {
        byte[] beyond = Files.readAllBytes(Path.of("src", "test", "resources", "cases", "conv_beyond_2_gib.tflite"));
        try (Device device = Devices.open(DeviceChoice.CPU);
                Session session = device.open("conv", beyond)) {
            byte[] input = new byte[session.inputs().get(0).byteSize()];
            assertThatThrownBy(() -> session.run(input))
                    .isInstanceOf(DeviceFault.class)
                    .hasMessageContaining("SIGSEGV in TFLite");
        }
    }

    @Test
    void pausesGrowToALimit() {
        WorkerDevice.Options options = new WorkerDevice.Options(
                Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofSeconds(5), 5);
        assertThat(Stream.of(1, 2, 3, 5, 6, 1000).map(options::pause))
                .containsExactly(
                        Duration.ofMillis(200),
                        Duration.ofMillis(400),
                        Duration.ofMillis(800),
                        Duration.ofMillis(3200),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5));
    }

    static Path folderOf(long pid) throws IOException {
        String command = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
        return Stream.of(command.split("\0"))
                .filter(argument -> argument.endsWith("/socket"))
                .map(argument -> Path.of(argument).getParent())
                .findFirst()
                .orElseThrow();
    }
}
