package org.tensorizer.device.coral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress.Bus;

class DeviceNodeTest {
    private static final CoralAddress USB = new CoralAddress(Bus.USB, "/sys/bus/usb/devices/2-1");
    private static final CoralAddress PCI = new CoralAddress(Bus.PCI, "/dev/apex_0");

    @TempDir
    private Path root;

    private Path usbNode;

    @BeforeEach
    void pretend() throws IOException {
        Path port = Files.createDirectories(root.resolve("sys/bus/usb/devices/2-1"));
        Files.writeString(port.resolve("busnum"), "2\n");
        Files.writeString(port.resolve("devnum"), "7\n");
        Files.createDirectories(root.resolve("dev/bus/usb/002"));
        usbNode = Files.createFile(root.resolve("dev/bus/usb/002/007"));
    }

    @Test
    void isFoundThroughSysfs() {
        assertThat(CoralAccess.node(USB, root)).contains(usbNode);
        assertThat(CoralAccess.node(PCI, root)).isEmpty();
        assertThat(CoralAccess.node(new CoralAddress(Bus.USB, "/sys/bus/usb/devices/9-9"), root))
                .isEmpty();
    }

    @Test
    void aNodeOfOursIsFine() {
        assertThatCode(() -> CoralAccess.requireNode("usb:0", USB, root)).doesNotThrowAnyException();
        assertThatCode(() -> CoralAccess.requireNode("pci:0", PCI, root)).doesNotThrowAnyException();
    }

    @Test
    void oneWithoutPermissionIsRefusedAtOnce() throws IOException {
        Files.setPosixFilePermissions(usbNode, PosixFilePermissions.fromString("r--r--r--"));
        assumeFalse(Files.isWritable(usbNode), "needs a user whom permissions concern; root may write everything");
        assertThatThrownBy(() -> CoralAccess.requireNode("usb:0", USB, root))
                .isInstanceOfSatisfying(
                        DeviceFault.class, fault -> assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED))
                .hasMessageContaining("dev/bus/usb/002/007")
                .hasMessageContaining("mode 444")
                .hasMessageContaining("1a6e:089a");
    }
}
