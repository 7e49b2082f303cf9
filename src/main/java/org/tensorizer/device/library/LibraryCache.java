package org.tensorizer.device.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import org.tensorizer.device.Setting;
import org.tensorizer.model.BadInputException;
import org.tensorizer.model.InputFile;

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
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private final Path folder;

    private LibraryCache(Path folder) {
        this.folder = folder;
    }

    /**
     * The user's cache: {@code -Dtensorizer.cache}, else {@code $XDG_CACHE_HOME/tensorizer}, else
     * {@code ~/.cache/tensorizer}; a temporary folder where that cannot be written.
     */
    public static LibraryCache ofUser() {
        Optional<String> named = Setting.CACHE.value();
        if (named.isPresent()) {
            return at(InputFile.path(named.get()));
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        try {
            return at(base.resolve("tensorizer"));
        } catch (BadInputException unwritable) {
            return temporary();
        }
    }

    /**
     * A cache in a given folder, made if it is not there.
     *
     * @throws BadInputException the folder cannot be made or written, or others may write it and that cannot be changed
     */
    public static LibraryCache at(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute.getParent());
            if (!Files.isDirectory(absolute)) {
                createPrivate(absolute);
            }
            closeToOthers(absolute);
        } catch (IOException e) {
            throw new BadInputException(
                    "cache folder " + absolute + ": cannot be made private to this user: "
                            + BadInputException.reason(e),
                    e);
        }
        if (!Files.isWritable(absolute)) {
            throw new BadInputException("cache folder " + absolute + ": no permission to write");
        }
        return new LibraryCache(absolute);
    }

    private static LibraryCache temporary() {
        try {
            Path folder = Files.createTempDirectory("tensorizer"); // made for its owner only
            folder.toFile().deleteOnExit();
            return new LibraryCache(folder);
        } catch (IOException e) {
            throw new BadInputException("no folder for native libraries: name one with " + Setting.CACHE, e);
        }
    }

    private static void createPrivate(Path folder) throws IOException {
        try {
            if (isPosix(folder.getParent())) {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
            } else {
                Files.createDirectory(folder);
            }
        } catch (FileAlreadyExistsException e) {
            // another process made it at the same moment; a file of that name is caught by the check of permissions
        }
    }

    private static void closeToOthers(Path folder) throws IOException {
        if (isPosix(folder)
                && !Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS)
                        .equals(PRIVATE)) {
            Files.setPosixFilePermissions(folder, PRIVATE); // fails where the folder is somebody else's
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
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
                FileSum present = FileSum.of(target);
                if (present.size() == entry.getSize() && present.crc() == entry.getCrc()) {
                    return new LibraryFile(target, present.sha256(), true);
                }
                try (InputStream in = container.getInputStream(entry)) {
                    return write(in, target);
                }
            }
        }
        String wanted;
        try (InputStream in = connection.getInputStream()) {
            wanted = FileSum.of(in, OutputStream.nullOutputStream()).sha256();
        }
        Path target = prepare(wanted, name);
        if (FileSum.of(target).sha256().equals(wanted)) {
            return new LibraryFile(target, wanted, true);
        }
        try (InputStream in = url.openStream()) {
            return write(in, target);
        }
    }

    private Path prepare(String version, String name) throws IOException {
        Path home = folder.resolve(version);
        if (!Files.isDirectory(home)) {
            createPrivate(home);
        }
        closeToOthers(home);
        return home.resolve(name);
    }

    private static LibraryFile write(InputStream library, Path target) throws IOException {
        Path temporary =
                Files.createTempFile(target.getParent(), target.getFileName().toString(), ".part");
        FileSum written;
        try {
            try (OutputStream out = Files.newOutputStream(temporary)) {
                written = FileSum.of(library, out);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return new LibraryFile(target, written.sha256(), true);
    }
}
