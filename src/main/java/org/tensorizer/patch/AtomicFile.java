package org.tensorizer.patch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;

/**
 * Writes a file so that at any moment, whatever happens to this process, its name stands for the whole old file or the
 * whole new one: a temporary file in the same folder, forced to the disk, then renamed.
 *
 * <p>A process that is killed in between leaves a temporary file named {@code .tensorizer-UUID.tmp}; a failure that this
 * process survives leaves nothing. A symbolic link as target is followed: the file it leads to is replaced and the link
 * stays. An existing file's permissions are kept.
 */
public final class AtomicFile {
    private static final String EXISTS = "exists, and overwriting was not asked for";

    private AtomicFile() {}

    /**
     * Writes a whole file.
     *
     * @param file where to
     * @param bytes its content
     * @param existing what to do if it is there; with {@link Existing#REFUSE} two writers at once cannot both succeed,
     *     where the file system has hard links
     * @param inputs files that must not be written over, also under another name; those that do not exist are ignored
     * @throws OutputException it cannot or must not be written; what was there is untouched and nothing is left behind
     */
    public static void write(Path file, byte[] bytes, Existing existing, Path... inputs) {
        Path target = check(file, existing, inputs);
        Path folder = target.toAbsolutePath().getParent();
        Path temporary = folder.resolve(".tensorizer-" + UUID.randomUUID() + ".tmp");
        try {
            writeTemporary(temporary, bytes);
            try {
                putInPlace(temporary, target, existing);
            } finally {
                Files.deleteIfExists(temporary);
            }
            forceFolder(folder);
        } catch (FileAlreadyExistsException e) {
            throw new OutputException(file, EXISTS, e);
        } catch (NoSuchFileException e) {
            throw new OutputException(file, "its folder does not exist", e);
        } catch (AccessDeniedException e) {
            throw new OutputException(file, "not writable: permission denied in " + folder, e);
        } catch (IOException e) {
            throw new OutputException(file, "cannot be written: " + reason(e), e);
        }
    }

    /**
     * Refuses what {@link #write} would refuse by what is there now, and writes nothing: for commands with work to do, or
     * other files to write, before they write this one.
     *
     * @return the file to replace or make: where a symbolic link leads
     * @throws OutputException as {@link #write}
     */
    public static Path check(Path file, Existing existing, Path... inputs) {
        Path target = resolve(file);
        check(file, target, existing, inputs);
        Path folder = target.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new OutputException(file, "its folder does not exist");
        }
        return target;
    }

    private static void writeTemporary(Path temporary, byte[] bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            try {
                ByteBuffer content = ByteBuffer.wrap(bytes);
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                channel.force(true);
            } catch (IOException | RuntimeException | Error e) {
                deleteAfter(e, temporary);
                throw e;
            }
        }
    }

    private static void deleteAfter(Throwable failure, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void putInPlace(Path temporary, Path target, Existing existing) throws IOException {
        if (existing == Existing.REPLACE) {
            keepPermissions(target, temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } else {
            moveIfAbsent(temporary, target);
        }
    }

    private static Path resolve(Path file) {
        if (!Files.isSymbolicLink(file)) {
            return file;
        }
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new OutputException(file, "expected a file or a link to one, found a link that leads nowhere", e);
        }
    }

    private static void check(Path file, Path target, Existing existing, Path... inputs) {
        if (target.getFileName() == null || Files.isDirectory(target)) {
            throw new OutputException(file, "expected a file, found a directory");
        }
        for (Path input : inputs) {
            try {
                if (isSame(input, target)) {
                    throw new OutputException(file, "is the input " + input + ", which must stay as it is");
                }
            } catch (IOException e) {
                throw new OutputException(file, "cannot be compared with the input " + input, e);
            }
        }
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isRegularFile(target)) {
            throw new OutputException(file, "expected a regular file, found a device, pipe or socket");
        }
        if (existing == Existing.REFUSE) {
            throw new OutputException(file, EXISTS);
        }
    }

    /** Also of two files that are still to be made. */
    private static boolean isSame(Path input, Path target) throws IOException {
        return input.toAbsolutePath().normalize().equals(target.toAbsolutePath().normalize())
                || Files.exists(input) && Files.exists(target) && Files.isSameFile(input, target);
    }

    private static void keepPermissions(Path old, Path fresh) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        if (view != null && Files.exists(old)) {
            view.setPermissions(Files.getPosixFilePermissions(old));
        }
    }

    /** A rename would replace a file that somebody made meanwhile; a hard link fails. */
    private static void moveIfAbsent(Path temporary, Path target) throws IOException {
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
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // the file is whole either way, only the moment of its appearance is not forced
        }
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason != null ? reason : e.getClass().getSimpleName();
    }
}
