package org.tensorizer.device.coral;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.tensorizer.device.DeviceFault;

/**
 * One owner for a Coral: two processes on one device disturb each other's transfers ("HandleQueuedBulkIn error 5"). An
 * advisory lock on a file of this user's cache folder; the kernel gives it up when the process ends, however it ends.
 */
final class CoralLock implements AutoCloseable {
    private final FileChannel channel;

    private CoralLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws DeviceFault of kind REFUSED: another process, or this one, has the device */
    static CoralLock acquire(Path folder, String device, CoralAddress address) {
        Path file = folder.resolve("coral" + address.path().replaceAll("[^A-Za-z0-9._-]+", "_") + ".lock");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw held(device, address, file, "by process " + owner(file));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new CoralLock(channel);
        } catch (OverlappingFileLockException e) {
            close(channel);
            throw held(device, address, file, "by this process already");
        } catch (IOException e) {
            close(channel);
            throw new DeviceFault(DeviceFault.Kind.REFUSED, device, "cannot lock " + file + ": " + e);
        } catch (DeviceFault e) {
            close(channel);
            throw e;
        }
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

    private static void close(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // the lock is gone with the process at the latest
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
