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
import org.tensorizer.base.Sha256;

/**
 * What tells one library file from another, found while it streams by: libraries have megabytes, and a small heap should
 * not have to hold one.
 *
 * @param size in bytes
 * @param crc CRC-32, as a jar has it of its entries
 * @param sha256 lower-case hexadecimal
 */
record FileSum(long size, long crc, String sha256) {
    private static final FileSum NOTHING = new FileSum(-1, 0, "");

    /** Of a regular file; of anything else a sum that no file has. */
    static FileSum of(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return NOTHING;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return of(in, OutputStream.nullOutputStream());
        }
    }

    /** Of all that is left in a stream, copied on the way. */
    static FileSum of(InputStream in, OutputStream copy) throws IOException {
        MessageDigest sha256 = Sha256.digest();
        CheckedInputStream checked = new CheckedInputStream(new DigestInputStream(in, sha256), new CRC32());
        long size = checked.transferTo(copy);
        return new FileSum(
                size, checked.getChecksum().getValue(), HexFormat.of().formatHex(sha256.digest()));
    }
}
