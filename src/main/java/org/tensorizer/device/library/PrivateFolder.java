package org.tensorizer.device.library;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.tensorizer.base.BadInputException;

/**
 * A folder that nobody but this user can put a file into: made with mode 0700, or, where it is there already, no symbolic
 * link, this user's own, and closed to the writing of others. Nothing about a folder that is there is changed: it may be one
 * that others need as it is, such as {@code /tmp}. On systems without POSIX permissions only links are looked at.
 */
final class PrivateFolder {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    private static final String REMEDY = "; libraries are taken from a folder of this user alone (mode 700)";

    private PrivateFolder() {}

    /** @throws BadInputException the folder is there and is not of that kind */
    static void makeOrCheck(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            make(folder);
        }
        check(folder);
    }

    private static void make(Path folder) throws IOException {
        try {
            if (isUnix(folder)) {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
            } else {
                Files.createDirectory(folder);
            }
        } catch (FileAlreadyExistsException e) {
            // another process made it at the same moment: it is looked at like any other
        }
    }

    private static void check(Path folder) throws IOException {
        if (Files.isSymbolicLink(folder)) {
            throw refused(folder, "is a symbolic link: name the folder that it leads to");
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(folder, "expected a folder, found a file");
        }
        if (!isUnix(folder)) {
            return;
        }
        long owner = ((Integer) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS)) & 0xffffffffL;
        long user = new UnixSystem().getUid();
        if (owner != user) {
            throw refused(folder, "belongs to user " + owner + ", and this is user " + user + REMEDY);
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw refused(
                    folder, "others may write to it (" + PosixFilePermissions.toString(permissions) + ")" + REMEDY);
        }
    }

    private static boolean isUnix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static BadInputException refused(Path folder, String problem) {
        return new BadInputException("cache folder " + folder + ": " + problem);
    }
}
