package org.tensorizer.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.tensorizer.base.AtomicFiles.Existing;

/** A whole file under a temporary name beside the place it is meant for. Closing removes that name. One thread. */
final class Staged implements AutoCloseable {
    private static final String PREFIX = ".tensorizer-";
    private static final String SUFFIX = ".tmp";

    /** No write takes as long: a temporary file of that age is one of a process that was killed. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final Path temporary;
    private final Path target;

    private Staged(Path temporary, Path target) {
        this.temporary = temporary;
        this.target = target;
    }

    /** Writes the bytes and forces them to the disk; on failure nothing is left. */
    static Staged write(Path target, byte[] bytes) throws IOException {
        Path folder = folder(target);
        removeAbandoned(folder);
        Staged staged = new Staged(folder.resolve(PREFIX + UUID.randomUUID() + SUFFIX), target);
        try (FileChannel channel =
                FileChannel.open(staged.temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer content = ByteBuffer.wrap(bytes);
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
            return staged;
        } catch (IOException | RuntimeException | Error e) {
            staged.close();
            throw e;
        }
    }

    static Path folder(Path target) {
        return target.toAbsolutePath().getParent();
    }

    private static void removeAbandoned(Path folder) {
        Instant now = Instant.now();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .plus(ABANDONED)
                        .isBefore(now)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            // they are in nobody's way
        }
    }

    /** @return the target */
    Path putInPlace(Existing existing) throws IOException {
        if (existing == Existing.REPLACE) {
            keepPermissions();
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } else {
            moveIfAbsent();
        }
        return target;
    }

    private void keepPermissions() throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        if (view != null && Files.exists(target)) {
            view.setPermissions(Files.getPosixFilePermissions(target));
        }
    }

    /** A rename would replace a file that somebody made meanwhile; a hard link fails. */
    private void moveIfAbsent() throws IOException {
        try {
            Files.createLink(target, temporary);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** The rename itself must reach the disk; not every system lets a folder be opened for that. */
    static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // the file is whole either way, only the moment of its appearance is not forced
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // a later writer removes it
        }
    }
}
