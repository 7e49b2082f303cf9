package org.tensorizer.device.coral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress.Bus;
import org.tensorizer.device.tflite.TfliteLibrary;

/** Finding the runtime and choosing among Corals. What needs a loaded runtime is tested in child processes. */
class EdgeTpuLibraryTest {
    private static final List<CoralAddress> PRESENT = List.of(
            new CoralAddress(Bus.USB, "/sys/bus/usb/devices/2-1"),
            new CoralAddress(Bus.PCI, "/dev/apex_0"),
            new CoralAddress(Bus.USB, "/sys/bus/usb/devices/2-2"));

    @TempDir
    private Path folder;

    @AfterEach
    void restore() {
        System.clearProperty(Setting.LIBEDGETPU.name());
    }

    @Test
    void aNamedFileMustBeIt() throws Exception {
        System.setProperty(Setting.LIBEDGETPU.name(), "/nowhere/libedgetpu.so.1");
        assertThatThrownBy(EdgeTpuLibrary::find)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("/nowhere/libedgetpu.so.1: there is no such file");
        Path text = Files.writeString(folder.resolve("text.so"), "this is no library, whatever its name is");
        System.setProperty(Setting.LIBEDGETPU.name(), text.toString());
        assertThatThrownBy(EdgeTpuLibrary::find)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected an ELF header");
        System.setProperty(
                Setting.LIBEDGETPU.name(), TfliteLibrary.load().path().toString());
        assertThatThrownBy(EdgeTpuLibrary::find)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("has no function edgetpu_list_devices: this is not libedgetpu");
    }

    @Test
    void countsWithinABus() {
        assertThat(nth(Bus.USB, 0)).isEqualTo(PRESENT.get(0));
        assertThat(nth(Bus.USB, 1)).isEqualTo(PRESENT.get(2));
        assertThat(nth(Bus.PCI, 0)).isEqualTo(PRESENT.get(1));
        assertThat(at("/dev/apex_0")).isEqualTo(PRESENT.get(1));
    }

    @Test
    void neverTakesAnotherOne() {
        for (ThrowingCallable absent : List.<ThrowingCallable>of(
                () -> nth(Bus.USB, 2),
                () -> nth(Bus.PCI, 1),
                () -> at("/dev/apex_1"),
                () -> at("/sys/bus/usb/devices/2"))) {
            assertThatThrownBy(absent)
                    .isInstanceOfSatisfying(
                            DeviceFault.class, fault -> assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.MISSING))
                    .hasMessageContaining("pci /dev/apex_0");
        }
    }

    private static CoralAddress nth(Bus bus, int index) {
        return CoralDevice.select("one", PRESENT, device -> device.bus() == bus, index);
    }

    private static CoralAddress at(String path) {
        return CoralDevice.select("one", PRESENT, device -> device.path().equals(path), 0);
    }
}
