package org.tensorizer.device.coral;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.tensorizer.device.coral.CoralAddress.Bus;
import org.tensorizer.device.DeviceFault;

/**
 * The file of a Coral in /dev. Without permission to write it libedgetpu tries for 25 s and then says nothing; a look at
 * the file says it at once.
 */
final class DeviceNode {
    private DeviceNode() {}

    /**
     * @param root {@code /}, another folder in tests
     * @throws DeviceFault REFUSED: the file is there and this user may not write it
     */
    static void requireAccess(String device, CoralAddress address, Path root) {
        Optional<Path> node = find(address, root);
        if (node.isPresent() && !(Files.isReadable(node.get()) && Files.isWritable(node.get()))) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    device,
                    "no permission to read and write " + node.get() + describe(node.get()) + ": "
                            + (address.bus() == Bus.USB
                                    ? "a udev rule must open 1a6e:089a and 18d1:9302 (MODE=\"0664\", TAG+=\"uaccess\")"
                                    : "this user must be in its group"));
        }
    }

    /** Empty where the machine does not tell, as in a container without sysfs. */
    static Optional<Path> find(CoralAddress address, Path root) {
        Path path = root.resolve(address.path().substring(1));
        if (address.bus() == Bus.PCI) {
            return Optional.of(path).filter(Files::exists);
        }
        try {
            int bus = number(path.resolve("busnum"));
            int number = number(path.resolve("devnum"));
            return Optional.of(root.resolve(String.format("dev/bus/usb/%03d/%03d", bus, number)))
                    .filter(Files::exists);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static int number(Path file) throws IOException {
        return Integer.parseInt(Files.readString(file).strip());
    }

    private static String describe(Path node) {
        try {
            return " (owner " + Files.getOwner(node).getName() + ", group "
                    + Files.getAttribute(node, "posix:group") + ", mode "
                    + Integer.toOctalString((int) Files.getAttribute(node, "unix:mode") & 0777) + ")";
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
