package org.tensorizer.device.library;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.tensorizer.base.BadInputException;

/**
 * Whether a 64-bit little-endian library is all there. The dynamic loader maps what the program headers say without a
 * look at the size of the file: one that was cut short, as by a full disk, ends the process with SIGBUS.
 *
 * <p>Offsets are those of elf(5): {@code e_phoff} at byte 32, {@code e_phentsize} at 54, {@code e_phnum} at 56; in a
 * program header {@code p_offset} at 8 and {@code p_filesz} at 32.
 */
final class ElfSegments {
    private static final int FILE_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int LOAD = 1;

    private ElfSegments() {}

    /** @throws BadInputException a part that would be mapped lies behind the end of the file */
    static void requireWhole(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            ByteBuffer header = read(file, channel, 0, FILE_HEADER, size);
            long table = header.getLong(32);
            int step = header.getShort(54) & 0xffff;
            int count = header.getShort(56) & 0xffff;
            if (step < PROGRAM_HEADER) {
                throw new BadInputException("shared library " + file + ": byte 54, e_phentsize: expected at least "
                        + PROGRAM_HEADER + ", found " + step + ": damaged");
            }
            requireInside(file, table, (long) count * step, size);
            int loaded = 0;
            for (int i = 0; i < count; i++) {
                ByteBuffer segment = read(file, channel, table + (long) i * step, PROGRAM_HEADER, size);
                if (segment.getInt(0) == LOAD) {
                    requireInside(file, segment.getLong(8), segment.getLong(32), size);
                    loaded++;
                }
            }
            if (loaded == 0) {
                throw new BadInputException("shared library " + file + ": has no part to load: damaged");
            }
        } catch (IOException e) {
            throw new BadInputException("shared library " + file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer read(Path file, FileChannel channel, long at, int length, long size) throws IOException {
        requireInside(file, at, length, size);
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {}
        return buffer;
    }

    private static void requireInside(Path file, long start, long length, long size) {
        if (start < 0 || length < 0 || start > size || length > size - start) {
            throw new BadInputException("shared library " + file + ": cut short: it has " + size + " bytes, a part of "
                    + length + " should start at byte " + start);
        }
    }
}
