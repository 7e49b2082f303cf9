package org.tensorizer.device.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;

/**
 * A shared library that may be loaded into this process, as far as a look at the file can tell.
 *
 * @param path absolute
 * @param sha256 of the whole file, lower-case hexadecimal
 * @param bundled taken out of a jar of this project, not named by the user
 */
public record LibraryFile(Path path, String sha256, boolean bundled) {
    /**
     * Checks a library that the user named.
     *
     * @throws BadInputException no such file, no shared library, one cut short or for another processor
     */
    public static LibraryFile named(Path file) {
        Path path = file.toAbsolutePath().normalize();
        if (Files.isDirectory(path)) {
            throw new BadInputException("shared library " + path + ": expected a file, found a directory");
        }
        ElfHeader header = ElfHeader.read(path);
        String here = Platform.current().processor();
        if (!header.processor().equals(here)) {
            throw new BadInputException("shared library " + path + ": built for " + header.processor()
                    + ", but this JVM runs on " + here + ": take the build for " + here);
        }
        if (!header.isSharedObject()) {
            throw new BadInputException(
                    "shared library " + path + ": byte 16, e_type: expected 3 (shared object), found " + header.type());
        }
        if (header.bits() == 64) {
            ElfHeader.Segments.requireWhole(path);
        }
        return new LibraryFile(path, sha256(path), false);
    }

    /** SHA-256 of a file, lower-case hexadecimal. */
    static String sha256(Path file) {
        try {
            return Sum.of(file.toRealPath()).sha256();
        } catch (IOException e) {
            throw new BadInputException("shared library " + file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * What tells one library file from another, found while it streams by: libraries have megabytes, and a small heap should
     * not have to hold one.
     *
     * @param size in bytes
     * @param crc CRC-32, as a jar has it of its entries
     * @param sha256 lower-case hexadecimal
     */
    record Sum(long size, long crc, String sha256) {
        private static final Sum NOTHING = new Sum(-1, 0, "");

        /** Of a regular file; of anything else a sum that no file has. */
        static Sum of(Path file) throws IOException {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return NOTHING;
            }
            try (InputStream in = Files.newInputStream(file)) {
                return of(in, OutputStream.nullOutputStream());
            }
        }

        /** Of all that is left in a stream, copied on the way. */
        static Sum of(InputStream in, OutputStream copy) throws IOException {
            MessageDigest sha256 = Sha256.digest();
            CheckedInputStream checked = new CheckedInputStream(new DigestInputStream(in, sha256), new CRC32());
            long size = checked.transferTo(copy);
            return new Sum(
                    size, checked.getChecksum().getValue(), HexFormat.of().formatHex(sha256.digest()));
        }
    }

    /**
     * The first 20 bytes of an ELF file: enough to tell a library for another processor from a library that will load.
     * Offsets and numbers are those of elf(5): class at byte 4, byte order at 5, {@code e_type} at 16, {@code e_machine} at
     * 18.
     *
     * @param bits 32 or 64
     * @param type {@code e_type}; 3 is a shared object
     * @param machine {@code e_machine}
     */
    record ElfHeader(int bits, int type, int machine) {
        private static final int LENGTH = 20;
        private static final int SHARED_OBJECT = 3;

        /**
         * Reads the header of a file.
         *
         * @throws BadInputException if there is no such file, or it is no ELF file
         */
        static ElfHeader read(Path file) {
            byte[] start;
            try (InputStream in = Files.newInputStream(file)) {
                start = in.readNBytes(LENGTH);
            } catch (NoSuchFileException e) {
                throw new BadInputException("shared library " + file + ": there is no such file", e);
            } catch (IOException e) {
                throw new BadInputException("shared library " + file + ": cannot be read: " + e.getMessage(), e);
            }
            return parse(file.toString(), start);
        }

        static ElfHeader parse(String name, byte[] start) {
            if (start.length < LENGTH || start[0] != 0x7f || start[1] != 'E' || start[2] != 'L' || start[3] != 'F') {
                String found = start.length == 0
                        ? "an empty file"
                        : HexFormat.ofDelimiter(" ").formatHex(start, 0, Math.min(4, start.length));
                throw new BadInputException(
                        "shared library " + name + ": byte 0: expected an ELF header (7f 45 4c 46), found " + found
                                + ": this is no shared library");
            }
            ByteBuffer header =
                    ByteBuffer.wrap(start).order(start[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            return new ElfHeader(start[4] == 2 ? 64 : 32, header.getShort(16), header.getShort(18) & 0xffff);
        }

        boolean isSharedObject() {
            return type == SHARED_OBJECT;
        }

        /** The processor as people call it: {@code x86-64}, {@code aarch64}, {@code arm}. */
        String processor() {
            return switch (machine) {
                case 3 -> "x86";
                case 40 -> "arm";
                case 62 -> bits == 64 ? "x86-64" : "x32";
                case 183 -> "aarch64";
                case 243 -> "riscv" + bits;
                default -> "ELF machine " + machine + ", " + bits + " bits";
            };
        }

        /**
         * Whether a 64-bit little-endian library is all there. The dynamic loader maps what the program headers say without a
         * look at the size of the file: one that was cut short, as by a full disk, ends the process with SIGBUS.
         *
         * <p>Offsets are those of elf(5): {@code e_phoff} at byte 32, {@code e_phentsize} at 54, {@code e_phnum} at 56; in a
         * program header {@code p_offset} at 8 and {@code p_filesz} at 32.
         */
        static final class Segments {
            private static final int FILE_HEADER = 64;
            private static final int PROGRAM_HEADER = 56;
            private static final int LOAD = 1;

            private Segments() {}

            /** @throws BadInputException a part that would be mapped lies behind the end of the file */
            static void requireWhole(Path file) {
                try (FileChannel channel = FileChannel.open(file)) {
                    long size = channel.size();
                    ByteBuffer header = read(file, channel, 0, FILE_HEADER, size);
                    long table = header.getLong(32);
                    int step = header.getShort(54) & 0xffff;
                    int count = header.getShort(56) & 0xffff;
                    if (step < PROGRAM_HEADER) {
                        throw new BadInputException(
                                "shared library " + file + ": byte 54, e_phentsize: expected at least " + PROGRAM_HEADER
                                        + ", found " + step + ": damaged");
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

            private static ByteBuffer read(Path file, FileChannel channel, long at, int length, long size)
                    throws IOException {
                requireInside(file, at, length, size);
                ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
                while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {}
                return buffer;
            }

            private static void requireInside(Path file, long start, long length, long size) {
                if (start < 0 || length < 0 || start > size || length > size - start) {
                    throw new BadInputException("shared library " + file + ": cut short: it has " + size
                            + " bytes, a part of " + length + " should start at byte " + start);
                }
            }
        }
    }
}
