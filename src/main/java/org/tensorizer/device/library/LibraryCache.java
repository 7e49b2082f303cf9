package org.tensorizer.device.library;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.CacheFolder;
import org.tensorizer.base.Setting;

/**
 * A folder of our own for libraries that come inside a jar: a dynamic loader wants a file.
 *
 * <p>The folder is readable for its owner only. Each library is written once, under a temporary name, and renamed into
 * its place: another process sees all of it or nothing. At every load the file is compared with the jar (size and CRC of
 * the entry, or all bytes where there is no jar) and replaced if it differs.
 *
 * <p>Safe for several threads and several processes.
 */
public final class LibraryCache {
    private static final String PART = ".part";

    private final Path folder;
    private final boolean temporary;

    private LibraryCache(Path folder, boolean temporary) {
        this.folder = folder;
        this.temporary = temporary;
    }

    /**
     * The user's cache: {@code -Dtensorizer.cache}, else {@code $XDG_CACHE_HOME/tensorizer}, else
     * {@code ~/.cache/tensorizer}; a temporary folder, which goes with this process, where that cannot be written or
     * would be refused. A named folder that is no good is an error.
     */
    public static LibraryCache ofUser() {
        Optional<Path> named = CacheFolder.named();
        if (named.isPresent()) {
            return at(named.get());
        }
        try {
            return at(CacheFolder.ofUser());
        } catch (BadInputException unwritable) {
            return temporary();
        }
    }

    /**
     * A cache in a given folder, made if it is not there. A folder that is there stays as it is.
     *
     * @throws BadInputException the folder cannot be made or written, is a symbolic link, belongs to another user, or others
     *     may write to it: what they put there would be run
     */
    public static LibraryCache at(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        if (absolute.getParent() == null) {
            throw new BadInputException("cache folder " + absolute + ": expected a folder of this user");
        }
        try {
            Files.createDirectories(absolute.getParent());
            PrivateFolder.makeOrCheck(absolute);
        } catch (IOException e) {
            throw new BadInputException(
                    "cache folder " + absolute + ": cannot be made private to this user: "
                            + BadInputException.reason(e),
                    e);
        }
        if (!Files.isWritable(absolute)) {
            throw new BadInputException("cache folder " + absolute + ": no permission to write");
        }
        return new LibraryCache(absolute, false);
    }

    private static LibraryCache temporary() {
        try {
            Path folder = Files.createTempDirectory("tensorizer"); // made for its owner only
            folder.toFile().deleteOnExit();
            return new LibraryCache(folder, true);
        } catch (IOException e) {
            throw new BadInputException("no folder for native libraries: name one with " + Setting.CACHE, e);
        }
    }

    public Path folder() {
        return folder;
    }

    /**
     * The library of a resource as a file.
     *
     * @param resource absolute name on the class path, without a leading slash
     * @throws BadInputException if the class path has no such resource, or the file cannot be written
     */
    public LibraryFile file(String resource) {
        URL url = LibraryCache.class.getClassLoader().getResource(resource);
        if (url == null) {
            throw new BadInputException("no " + resource + " on the class path: no library comes with Tensorizer for "
                    + Platform.current());
        }
        try {
            return file(url, resource.substring(resource.lastIndexOf('/') + 1));
        } catch (IOException e) {
            throw new BadInputException(
                    "library " + resource + ": cannot be written to " + folder + ": " + BadInputException.reason(e), e);
        }
    }

    private LibraryFile file(URL url, String name) throws IOException {
        URLConnection connection = url.openConnection();
        if (connection instanceof JarURLConnection jar) {
            connection.setUseCaches(false);
            try (var container = jar.getJarFile()) {
                JarEntry entry = jar.getJarEntry();
                Path target = prepare(String.format("%08x-%d", entry.getCrc(), entry.getSize()), name);
                LibraryFile.Sum present = LibraryFile.Sum.of(target);
                if (present.size() == entry.getSize() && present.crc() == entry.getCrc()) {
                    return new LibraryFile(target, present.sha256(), true);
                }
                try (InputStream in = container.getInputStream(entry)) {
                    return write(in, target, sum -> sum.size() == entry.getSize() && sum.crc() == entry.getCrc());
                }
            }
        }
        String wanted;
        try (InputStream in = connection.getInputStream()) {
            wanted = LibraryFile.Sum.of(in, OutputStream.nullOutputStream()).sha256();
        }
        Path target = prepare(wanted, name);
        if (LibraryFile.Sum.of(target).sha256().equals(wanted)) {
            return new LibraryFile(target, wanted, true);
        }
        try (InputStream in = url.openStream()) {
            return write(in, target, sum -> sum.sha256().equals(wanted));
        }
    }

    private Path prepare(String version, String name) throws IOException {
        Path home = folder.resolve(version);
        PrivateFolder.makeOrCheck(home);
        Path target = home.resolve(name);
        if (temporary) {
            home.toFile().deleteOnExit(); // the last named goes first
            target.toFile().deleteOnExit();
        }
        return target;
    }

    private static LibraryFile write(InputStream library, Path target, Predicate<LibraryFile.Sum> isIt)
            throws IOException {
        removeAbandoned(target.getParent());
        Path part =
                Files.createTempFile(target.getParent(), target.getFileName().toString(), PART);
        LibraryFile.Sum written;
        try {
            try (OutputStream out = Files.newOutputStream(part)) {
                written = LibraryFile.Sum.of(library, out);
            }
            if (!isIt.test(written)) {
                throw new IOException("what came out of the jar is not what the jar says is in it");
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return new LibraryFile(target, written.sha256(), true);
    }

    /** Of processes that were killed while they wrote. */
    private static void removeAbandoned(Path home) throws IOException {
        Instant old = Instant.now().minus(Duration.ofHours(1));
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(home, "*" + PART)) {
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .isBefore(old)) {
                    Files.deleteIfExists(part);
                }
            }
        } catch (NoSuchFileException e) {
            // another process removed it just now
        }
    }

    /**
     * A folder that nobody but this user can put a file into: made with mode 0700, or, where it is there already, no symbolic
     * link, this user's own, and closed to the writing of others. Nothing about a folder that is there is changed: it may be
     * one that others need as it is, such as {@code /tmp}. On systems without POSIX permissions only links are looked at.
     */
    private static final class PrivateFolder {
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
}
