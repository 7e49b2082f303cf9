package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.Device;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.record.RecordingDevice;
import org.tensorizer.device.usb.UsbDevice;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Verdict;

/** The experiment that takes two runs: what the second says of the first. The emulator stands in for libedgetpu. */
class DriverEqualsLibedgetpuTest {
    @TempDir
    Path folder;

    private Path record() {
        Path file = folder.resolve("first.jsonl");
        try (Device device = RecordingDevice.of(new EmulatorDevice(), file, Map.of())) {
            Trial.of(DriverEqualsLibedgetpu.class, device);
        }
        return file;
    }

    @AfterEach
    void forget() {
        System.clearProperty(DriverEqualsLibedgetpu.REFERENCE.name());
    }

    @Test
    void withoutARecordThereIsNoVerdict() {
        assertThat(Trial.of(DriverEqualsLibedgetpu.class, new EmulatorDevice()).counts())
                .containsOnlyKeys(Verdict.NOT_APPLICABLE);
    }

    @Test
    void theSameBytesThroughTheDriverSupport() {
        System.setProperty(DriverEqualsLibedgetpu.REFERENCE.name(), record().toString());
        Device usb = UsbDevice.open(
                new VirtualBus(VirtualSettings.DEFAULT), "virtual", UsbSelector.index(0), UsbSettings.DEFAULT);
        assertThat(Trial.of(DriverEqualsLibedgetpu.class, usb).counts()).containsOnlyKeys(Verdict.SUPPORTED);
    }

    @Test
    void oneByteThatDiffersRefutes() {
        System.setProperty(DriverEqualsLibedgetpu.REFERENCE.name(), record().toString());
        Device wrong = Counterexample.flickers(7).open();
        assertThat(Trial.of(DriverEqualsLibedgetpu.class, wrong)
                        .with(verdict -> verdict == Verdict.REFUTED || verdict == Verdict.UNSTABLE))
                .isNotEmpty();
    }

    @Test
    void theDriversOwnExperimentHoldsThroughTheVirtualCoral() {
        Device usb = UsbDevice.open(
                new VirtualBus(VirtualSettings.DEFAULT), "virtual", UsbSelector.index(0), UsbSettings.DEFAULT);
        assertThat(Trial.of(WeightSwapping.class, usb).counts()).containsOnlyKeys(Verdict.SUPPORTED);
        assertThat(List.of(usb.provenance())).hasToString("[emulated]");
    }
}
