package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.Fixture;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.coral.EdgeTpuDouble;

/** Every way in which libedgetpu was seen to fail, played by a double of it in a real child process. */
class WorkerFaultTest {
    private static final WorkerDevice.Options OPTIONS = new WorkerDevice.Options(
            Duration.ofSeconds(40), Duration.ofSeconds(1), Duration.ofMillis(10), Duration.ofMillis(50), 2);

    @TempDir
    private static Path folder;

    private static EdgeTpuDouble coral;
    private byte[] model;

    @BeforeAll
    static void build() {
        coral = EdgeTpuDouble.build(folder);
    }

    @BeforeEach
    void read() {
        coral.ask();
        model = Fixture.compiledBytes();
        coral.install(folder.resolve("cache"));
    }

    @AfterEach
    void restore() {
        EdgeTpuDouble.uninstall();
    }

    @Test
    void answersLikeADeviceAndSaysWhatItIs() {
        try (WorkerDevice device = open("coral");
                Session session = device.open("dense_256", model)) {
            assertThat(device.name()).isEqualTo("coral:0");
            assertThat(device.provenance()).isEqualTo(Provenance.DOUBLE);
            byte[] first = session.run(new byte[256]);
            assertThat(first).hasSize(256);
            assertThat(session.run(new byte[256])).isEqualTo(first);
        }
    }

    @Test
    void whatTheRuntimePrintsIsKeptApartFromTheAnswers() {
        coral.ask("say 0 1 2 3 this is no frame");
        try (WorkerDevice device = open("coral")) {
            Session session = device.open("dense_256", model);
            for (int i = 0; i < 200; i++) {
                assertThat(session.run(new byte[256])).hasSize(256);
            }
            coral.ask("say more of it", "invoke 201 abort");
            assertThat(fault(() -> session.run(new byte[256])).log()).contains("0 1 2 3 this is no frame");
        }
    }

    @Test
    void anInterruptedCallerKillsTheChild() throws Exception {
        coral.ask("invoke 1 hang");
        WorkerDevice.Options patient = new WorkerDevice.Options(
                Duration.ofSeconds(40), Duration.ofMinutes(5), Duration.ZERO, Duration.ZERO, 2);
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.parse("coral"), patient)) {
            Session session = device.open("dense_256", model);
            Thread.currentThread().interrupt();
            DeviceFault fault = fault(() -> session.run(new byte[256]));
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.HUNG);
            assertThat(Path.of("/proc", Long.toString(device.pid()))).doesNotExist();
        }
    }

    @Test
    void abortInAnInference() {
        coral.ask("invoke 2 abort");
        try (WorkerDevice device = open("coral")) {
            Session session = device.open("dense_256", model);
            byte[] answer = session.run(new byte[256]);
            DeviceFault fault = fault(() -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED);
            assertThat(fault)
                    .hasMessageContaining("coral:0: ")
                    .hasMessageContaining("while running dense_256")
                    .hasMessageContaining("exit status 134 (SIGABRT)")
                    .hasMessageContaining("transfer of parameters failed: timeout (2)")
                    .hasMessageContaining("powered hub");
            assertThat(fault.log()).anyMatch(line -> line.contains("transfer on tag 2 failed. Abort."));
            assertThat(fault(() -> session.run(new byte[256])))
                    .as("the session is lost")
                    .hasMessageContaining("the process of this session is gone");
            session.close();
            coral.ask();
            try (Session again = device.open("dense_256", model)) {
                assertThat(again.run(new byte[256]))
                        .as("the device is reopened")
                        .isEqualTo(answer);
            }
        }
    }

    @Test
    void hangInAnInference() {
        coral.ask("invoke 1 hang");
        try (WorkerDevice device = open("coral")) {
            Session session = device.open("dense_256", model);
            long pid = device.pid();
            DeviceFault fault = fault(() -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.HUNG);
            assertThat(fault).hasMessageContaining("no answer within 1.0 s while running dense_256");
            assertThat(Path.of("/proc", Long.toString(pid)))
                    .as("neither hung process nor zombie")
                    .doesNotExist();
        }
    }

    @Test
    void shortAnswerIsAHangOnTheRealRuntimeToo() {
        coral.ask("invoke 1 short");
        try (WorkerDevice device = open("coral")) {
            Session session = device.open("dense_256", model);
            DeviceFault fault = fault(() -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.HUNG);
            assertThat(fault.log()).anyMatch(line -> line.contains("output incomplete, 128 of 256"));
        }
    }

    @Test
    void abortWhileNothingIsAsked() throws InterruptedException {
        coral.ask("idle 1000 abort");
        try (WorkerDevice device = open("coral")) {
            Session session = device.open("dense_256", model);
            ProcessHandle.of(device.pid()).ifPresent(child -> child.onExit().join());
            DeviceFault fault = fault(() -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED);
            assertThat(fault).hasMessageContaining("device gone (5)").hasMessageContaining("interrupt 0");
        }
    }

    @Test
    void abortBetweenSessionsCountsToo() {
        coral.ask("idle 1000 abort");
        try (WorkerDevice device = open("coral")) {
            for (int i = 0; i < OPTIONS.quarantineAfter(); i++) {
                device.open("dense_256", model).close();
                ProcessHandle.of(device.pid()).ifPresent(child -> child.onExit().join());
            }
            assertThat(fault(() -> device.open("dense_256", model)))
                    .hasMessageContaining("in quarantine after 2 faults in a row")
                    .hasMessageContaining("while no inference was running")
                    .hasMessageContaining("device gone (5)");
        }
    }

    @Test
    void segmentationFaultInAnInference() {
        coral.ask("invoke 1 segv");
        try (WorkerDevice device = open("coral")) {
            Session session = device.open("dense_256", model);
            DeviceFault fault = fault(() -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED);
            assertThat(fault.log()).anyMatch(line -> line.equals("JVM crash report: SIGSEGV"));
        }
    }

    @Test
    void invokeRefusedLeavesTheChildAlive() {
        coral.ask("invoke 1 fail");
        try (WorkerDevice device = open("coral");
                Session session = device.open("dense_256", model)) {
            DeviceFault fault = fault(() -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED);
            assertThat(fault).hasMessageContaining("Parameter caching tag is not set");
            assertThat(session.run(new byte[256])).hasSize(256);
        }
    }

    @Test
    void delegateNull() {
        coral.ask("open null");
        DeviceFault fault = fault(() -> open("coral"));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED);
        assertThat(fault)
                .hasMessageContaining(EdgeTpuDouble.USB_PATH)
                .hasMessageContaining("permission")
                .as("what the library says at verbosity 1 only")
                .hasMessageContaining("the runtime said: ClaimInterface failed: busy (-6)");
        assertThat(fault.log()).anyMatch(line -> line.contains("USB error -6 [ClaimInterface]"));
    }

    @Test
    void openingBlocks() {
        coral.ask("open block");
        WorkerDevice.Options impatient =
                new WorkerDevice.Options(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ZERO, Duration.ZERO, 2);
        DeviceFault fault = fault(() -> WorkerDevice.open(DeviceChoice.parse("coral"), impatient));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.HUNG);
        assertThat(fault)
                .hasMessageContaining("no answer within 1.0 s while opening the device")
                .hasMessageContaining("likely: a device that does not leave its reset");
    }

    @Test
    void theSecondModelDiesAsUnderGooglesPackage() {
        coral.ask("load 2 segv");
        try (WorkerDevice device = open("coral");
                Session first = device.open("dense_256", model)) {
            DeviceFault fault = fault(() -> device.open("dense_256", model));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED);
            assertThat(fault)
                    .hasMessageContaining("not the first model of its process")
                    .hasMessageContaining("Google's release 16.0 for 2.5");
        }
    }

    /** As after an answer longer than announced: the inference reports success, freeing its delegate does not return. */
    @Test
    void closingThatHangsThrowsDoubtOnTheAnswers() {
        coral.ask("free hang");
        WorkerDevice.Options impatient = new WorkerDevice.Options(
                Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 2);
        try (WorkerDevice device = WorkerDevice.open(DeviceChoice.parse("coral"), impatient)) {
            Session session = device.open("dense_256", model);
            session.run(new byte[256]);
            DeviceFault fault = fault(session::close);
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.HUNG);
            assertThat(fault).hasMessageContaining("while closing dense_256").hasMessageContaining("doubtful");
        }
    }

    @Test
    void closingThatCrashesIsAFault() {
        coral.ask("free abort");
        try (WorkerDevice device = open("coral")) {
            Session session = device.open("dense_256", model);
            DeviceFault fault = fault(session::close);
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED);
            assertThat(fault).hasMessageContaining("while closing dense_256");
        }
    }

    @Test
    void openingCrashesAsWithAnotherAbi() {
        coral.ask("open segv");
        DeviceFault fault = fault(() -> open("coral"));
        assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED);
        assertThat(fault)
                .hasMessageContaining("while opening the device")
                .hasMessageContaining("built for another TFLite");
    }

    @Test
    void delegateOfAnotherTflite() {
        coral.ask("delegate ignore");
        try (WorkerDevice device = open("coral")) {
            DeviceFault fault = fault(() -> device.open("dense_256", model));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED);
            assertThat(fault)
                    .hasMessageContaining("built for another TFLite than 2.")
                    .hasMessageContaining("unresolved custom op");
        }
    }

    @Test
    void packageRefused() {
        coral.ask("prepare refuse");
        try (WorkerDevice device = open("coral")) {
            DeviceFault fault = fault(() -> device.open("dense_256", model));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED);
            assertThat(fault).hasMessageContaining("Package verification failed");
        }
    }

    @Test
    void olderRuntimeIsNoticedBeforeLoading() {
        coral.ask("version 13");
        try (WorkerDevice device = open("coral")) {
            assertThatThrownBy(() -> device.open("dense_256", model))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("requires runtime version 14, libedgetpu has 13")
                    .hasMessageContaining("--min_runtime_version 13");
        }
    }

    @Test
    void uncompiledModelIsNeverRunByTheProcessor() {
        byte[] plain = Fixture.sourceBytes();
        try (WorkerDevice device = open("coral")) {
            assertThatThrownBy(() -> device.open("plain", plain))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("plain: not compiled for the Edge TPU");
        }
    }

    @Test
    void quarantineAfterFaultsInARow() {
        coral.ask("invoke 1 abort");
        try (WorkerDevice device = open("coral")) {
            for (int i = 0; i < OPTIONS.quarantineAfter(); i++) {
                Session session = device.open("dense_256", model);
                assertThat(fault(() -> session.run(new byte[256])).kind()).isEqualTo(DeviceFault.Kind.CRASHED);
            }
            DeviceFault fault = fault(() -> device.open("dense_256", model));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED);
            assertThat(fault)
                    .hasMessageContaining("in quarantine after 2 faults in a row")
                    .hasMessageContaining("SIGABRT");
        }
    }

    @Test
    void missingDevicesAreNamed() {
        assertThat(fault(() -> open("coral:1")))
                .hasMessageContaining("coral:1: not there")
                .hasMessageContaining("usb " + EdgeTpuDouble.USB_PATH + ", pci " + EdgeTpuDouble.PCI_PATH);
        assertThat(fault(() -> open("/dev/apex_0")).kind()).isEqualTo(DeviceFault.Kind.MISSING);
        coral.ask("devices none");
        assertThat(fault(() -> open("pci"))).hasMessageContaining("libedgetpu lists: none");
    }

    @Test
    void oneOwnerAtATime() {
        try (WorkerDevice device = open("coral")) {
            DeviceFault fault = fault(() -> open(EdgeTpuDouble.USB_PATH));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED);
            assertThat(fault)
                    .hasMessageContaining("in use by process " + device.pid())
                    .hasMessageContaining("one run at a time");
        }
        open("coral").close();
    }

    private static WorkerDevice open(String choice) {
        return WorkerDevice.open(DeviceChoice.parse(choice), OPTIONS);
    }

    private static DeviceFault fault(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(DeviceFault.class, call);
    }
}
