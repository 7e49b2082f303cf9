package org.tensorizer.device.usbip;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The first files of a Linux system, as the kernel unpacks them: a cpio archive in the "newc" format. */
final class Initramfs {
    private static final int FILE = 0100755;
    private static final int FOLDER = 0040755;

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
    private final Set<String> folders = new TreeSet<>();
    private int inode;

    Initramfs folder(String path) {
        int parent = path.lastIndexOf('/');
        if (parent > 0) {
            folder(path.substring(0, parent));
        }
        if (folders.add(path)) {
            entry(path, FOLDER, new byte[0]);
        }
        return this;
    }

    /** An executable file of the same content, links followed. */
    Initramfs file(String path, Path from) throws IOException {
        return file(path, Files.readAllBytes(from));
    }

    Initramfs file(String path, byte[] content) {
        int parent = path.lastIndexOf('/');
        if (parent > 0) {
            folder(path.substring(0, parent));
        }
        entry(path, FILE, content);
        return this;
    }

    byte[] toBytes() {
        entry("TRAILER!!!", 0, new byte[0]);
        return archive.toByteArray();
    }

    private void entry(String path, int mode, byte[] content) {
        byte[] name = (path + "\0").getBytes(StandardCharsets.US_ASCII);
        int[] fields = {++inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(String.format("%08x", field));
        }
        archive.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        archive.writeBytes(name);
        align();
        archive.writeBytes(content);
        align();
    }

    private void align() {
        archive.writeBytes(new byte[-archive.size() & 3]);
    }
}
