package org.tensorizer.device.coral;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.tensorizer.base.Closing;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress.Bus;

/**
 * One owner for a Coral: two processes on one device disturb each other's transfers ("HandleQueuedBulkIn error 5"). An
 * advisory lock on a file of this user's cache folder; the kernel gives it up when the process ends, however it ends.
 */
final class CoralAccess implements AutoCloseable {
    private final FileChannel channel;

    private CoralAccess(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws DeviceFault of kind REFUSED: another process, or this one, has the device */
    static CoralAccess acquire(Path folder, String device, CoralAddress address) {
        Path file = folder.resolve("coral" + address.path().replaceAll("[^A-Za-z0-9._-]+", "_") + ".lock");
        FileChannel channel = null;
        DeviceFault fault;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                String pid = Long.toString(ProcessHandle.current().pid());
                channel.truncate(0).write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
                return new CoralAccess(channel);
            }
            fault = held(device, address, file, "by process " + owner(file));
        } catch (OverlappingFileLockException e) {
            fault = held(device, address, file, "by this process already");
        } catch (IOException e) {
            fault = new DeviceFault(DeviceFault.Kind.REFUSED, device, "cannot lock " + file + ": " + e);
        }
        Closing.quietly(channel);
        throw fault;
    }

    private static DeviceFault held(String device, CoralAddress address, Path file, String by) {
        return new DeviceFault(
                DeviceFault.Kind.REFUSED,
                device,
                address.path() + " is in use " + by + " (lock " + file
                        + "): one run at a time owns a Coral; wait for it or choose another device");
    }

    private static String owner(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        Closing.quietly(channel); // the lock is gone with the process at the latest
    }

    /**
     * Looks at the file of a Coral in /dev: without permission to write it libedgetpu tries for 25 s and then says nothing.
     *
     * @param root {@code /}, another folder in tests
     * @throws DeviceFault REFUSED: the file is there and this user may not write it
     */
    static void requireNode(String device, CoralAddress address, Path root) {
        Optional<Path> node = node(address, root);
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
    static Optional<Path> node(CoralAddress address, Path root) {
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
