package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;

class ReplayDeviceTest {
    private static final byte[] MODEL = bytes("a model");

    @TempDir
    Path folder;

    private final StubDevice coral = new StubDevice("usb:0", Provenance.SILICON);

    @Test
    void answersAsTheDeviceDidAndSaysWhoThatWas() {
        Path file = folder.resolve("records/a.jsonl");
        byte[] answer;
        List<?> inputs;
        List<?> outputs;
        try (Device device = RecordingDevice.of(coral, file);
                Session session = device.open(StubDevice.model("m.tflite", MODEL))) {
            assertThat(device.name()).isEqualTo("usb:0");
            assertThat(device.provenance()).isEqualTo(Provenance.SILICON);
            answer = session.run(bytes("1234"));
            inputs = session.inputs();
            outputs = session.outputs();
        }
        try (Device device = Devices.open(DeviceChoice.parse("replay:" + file));
                Session session = device.open(StubDevice.model("m.tflite", MODEL))) {
            assertThat(device.name()).isEqualTo("replay of usb:0 (silicon)");
            assertThat(device.provenance()).isEqualTo(Provenance.REPLAYED);
            assertThat(session.inputs()).isEqualTo(inputs);
            assertThat(session.outputs()).isEqualTo(outputs);
            assertThat(session.run(bytes("1234"))).isEqualTo(answer);
        }
    }

    @Test
    void givesRepeatedAnswersInTheirOrderAndNoneTwice() {
        Path file = folder.resolve("a.jsonl");
        AtomicInteger count = new AtomicInteger();
        StubDevice unsteady = new StubDevice("usb:0", Provenance.SILICON) {
            @Override
            public byte[] answer(byte[] model, byte[] input) {
                return new byte[] {(byte) count.incrementAndGet(), 0, 0, 0};
            }
        };
        try (Device device = RecordingDevice.of(unsteady, file);
                Session session = device.open(StubDevice.model("m", MODEL))) {
            session.run(bytes("same"));
            session.run(bytes("same"));
        }
        try (Device device = ReplayDevice.open(file);
                Session first = device.open(StubDevice.model("m", MODEL));
                Session second = device.open(StubDevice.model("m", MODEL))) {
            assertThat(first.run(bytes("same"))[0]).isEqualTo((byte) 1);
            assertThat(second.run(bytes("same"))[0]).isEqualTo((byte) 2);
            assertThatThrownBy(() -> first.run(bytes("same")))
                    .isInstanceOf(DeviceFault.class)
                    .hasMessageContaining("has 2 answers to this inference and was asked once more");
        }
    }

    @Test
    void neverGuesses() {
        Path file = folder.resolve("a.jsonl");
        try (Device device = RecordingDevice.of(coral, file);
                Session session = device.open(StubDevice.model("m.tflite", MODEL))) {
            session.run(bytes("1234"));
        }
        try (Device device = ReplayDevice.open(file);
                Session session = device.open(StubDevice.model("m.tflite", MODEL))) {
            assertThatThrownBy(() -> session.run(bytes("4321")))
                    .isInstanceOf(DeviceFault.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("m.tflite")
                    .hasMessageContaining("1 other inputs");
            assertThatThrownBy(() -> device.open(StubDevice.model("n.tflite", bytes("another"))))
                    .isInstanceOf(DeviceFault.class)
                    .hasMessageContaining("n.tflite")
                    .hasMessageContaining("models it has: m.tflite");
            assertThatThrownBy(() -> session.run(new byte[3]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 4 bytes, found 3");
            session.close();
            assertThatThrownBy(() -> session.run(bytes("1234"))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void faultsAndRefusalsHappenAgain() {
        Path file = folder.resolve("a.jsonl");
        try (Device device = RecordingDevice.of(coral, file)) {
            faults(device);
        }
        try (Device device = ReplayDevice.open(file)) {
            faults(device);
        }
        RecordSummary summary = RecordSummary.of(file);
        assertThat(summary.faults())
                .containsEntry(DeviceFault.Kind.HUNG, 2L)
                .containsEntry(DeviceFault.Kind.CRASHED, 1L);
        assertThat(summary.refusals()).isEqualTo(2);
    }

    private static void faults(Device device) {
        assertFault(() -> device.open(StubDevice.model("m", bytes("Hangs"))), device, DeviceFault.Kind.HUNG);
        assertThatThrownBy(() -> device.open(StubDevice.model("m", bytes("Bad"))))
                .isInstanceOf(BadInputException.class)
                .hasMessage("bad on purpose");
        try (Session session = device.open(StubDevice.model("m", MODEL))) {
            assertFault(() -> session.run(bytes("Hang")), device, DeviceFault.Kind.HUNG);
            assertFault(() -> session.run(bytes("Crsh")), device, DeviceFault.Kind.CRASHED);
            assertThatThrownBy(() -> session.run(bytes("Bad."))).isInstanceOf(BadInputException.class);
        }
    }

    private static void assertFault(Runnable run, Device device, DeviceFault.Kind kind) {
        assertThatThrownBy(run::run).isInstanceOfSatisfying(DeviceFault.class, fault -> {
            assertThat(fault.kind()).isEqualTo(kind);
            assertThat(fault).hasMessageStartingWith(device.name() + ": ").hasMessageNotContaining("usb:0: usb:0");
            assertThat(fault.log()).hasSize(kind == DeviceFault.Kind.CRASHED ? 2 : 0);
        });
    }

    @Test
    void replayingIsNoNewEvidence() {
        Path file = folder.resolve("a.jsonl");
        RecordingDevice.of(coral, file).close();
        try (Device replay = ReplayDevice.open(file)) {
            assertThat(RecordingDevice.of(replay, folder.resolve("b.jsonl"))).isSameAs(replay);
        }
        assertThat(folder.resolve("b.jsonl")).doesNotExist();
    }

    @Test
    void recordsPutTogetherAnswerForAllTheirDevices() throws IOException {
        Path one = folder.resolve("one.jsonl");
        Path two = folder.resolve("two.jsonl");
        try (Device device = RecordingDevice.of(coral, one)) {
            device.open(StubDevice.model("m", MODEL)).run(bytes("1111"));
        }
        try (Device device = RecordingDevice.of(new StubDevice("emulator", Provenance.EMULATED), two)) {
            device.open(StubDevice.model("m", MODEL)).run(bytes("2222"));
        }
        assertAnswersBoth(folder);
        Path both = Files.writeString(folder.resolve("both.jsonl"), Files.readString(one) + Files.readString(two));
        assertAnswersBoth(both);
    }

    private static void assertAnswersBoth(Path record) {
        try (Device device = ReplayDevice.open(record);
                Session session = device.open(StubDevice.model("m", MODEL))) {
            assertThat(device.name()).isEqualTo("replay of emulator (emulated), usb:0 (silicon)");
            session.run(bytes("1111"));
            session.run(bytes("2222"));
        }
    }

    @Test
    void aFolderWithoutRecordsIsRefused() {
        assertThatThrownBy(() -> ReplayDevice.open(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected *.jsonl files, found none");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
