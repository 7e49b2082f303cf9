package org.tensorizer.device.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorizer.base.BadInputException;

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
            ElfSegments.requireWhole(path);
        }
        return new LibraryFile(path, sha256(path), false);
    }

    /** SHA-256 of a file, lower-case hexadecimal. */
    static String sha256(Path file) {
        try {
            return FileSum.of(file.toRealPath()).sha256();
        } catch (IOException e) {
            throw new BadInputException("shared library " + file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
