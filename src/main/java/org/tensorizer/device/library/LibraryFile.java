package org.tensorizer.device.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
}
