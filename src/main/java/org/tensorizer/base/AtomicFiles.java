package org.tensorizer.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Writes a file so that at any moment, whatever happens to this process, its name stands for the whole old file or the
 * whole new one: a temporary file in the same folder, forced to the disk, then renamed. Several files that belong together
 * are put in place only when every one of them is on the disk; what hinders one, such as a full disk, leaves all that was
 * there untouched.
 *
 * <p>A process that is killed while they are put in place, in the order they were added, leaves some old and some new, each
 * of them whole: a file that tells about the others goes last. One killed before leaves a temporary file named
 * {@code .tensorizer-UUID.tmp}, which the first writer to that folder an hour later removes; a failure that this process
 * survives leaves nothing. A symbolic link as target is followed: the file it leads to is replaced and the link stays; one
 * that leads nowhere is refused. An existing file's permissions are kept; whether it may be replaced is up to the
 * permissions of its folder. One thread.
 */
public final class AtomicFiles {
    /** The end of the message about a file that is there and must not be replaced. */
    public static final String EXISTS = "exists, and overwriting was not asked for";

    private record Output(Path file, Path target, byte[] bytes) {}

    private final Existing existing;
    private final List<Path> inputs;
    private final List<Output> outputs = new ArrayList<>();

    /**
     * @param existing what to do with files that are there
     * @param inputs files that must not be written over, also under another name
     */
    public AtomicFiles(Existing existing, Path... inputs) {
        this.existing = existing;
        this.inputs = List.of(inputs);
    }

    /**
     * Adds a file, and writes nothing yet.
     *
     * @param bytes its content; not copied
     * @return this
     * @throws BadInputException it must not be written, as {@link #check}, or was added before
     */
    public AtomicFiles add(Path file, byte[] bytes) {
        Path target = check(file, existing, inputs.toArray(Path[]::new));
        for (Output other : outputs) {
            if (isSame(file, other.target, target)) {
                throw BadInputException.of(file, "is the output " + other.file + " already");
            }
        }
        outputs.add(new Output(file, target, bytes));
        return this;
    }

    /** {@link #add(Path, byte[])} of a text in UTF-8. */
    public AtomicFiles add(Path file, String text) {
        return add(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes a whole file.
     *
     * @param file where to
     * @param bytes its content
     * @param existing what to do if it is there; with {@link Existing#REFUSE} two writers at once cannot both succeed,
     *     where the file system has hard links
     * @param inputs files that must not be written over, also under another name; those that do not exist are ignored
     * @throws BadInputException it cannot or must not be written; what was there is untouched and nothing is left behind
     */
    public static void write(Path file, byte[] bytes, Existing existing, Path... inputs) {
        new AtomicFiles(existing, inputs).add(file, bytes).write();
    }

    /**
     * Refuses what {@link #write} would refuse by what is there now, and writes nothing: for commands with work to do, or
     * other files to write, before they write this one.
     *
     * @return the file to replace or make: where a symbolic link leads
     * @throws BadInputException as {@link #write}
     */
    public static Path check(Path file, Existing existing, Path... inputs) {
        Path target = resolve(file);
        check(file, target, existing, inputs);
        if (!Files.isDirectory(Staged.folder(target))) {
            throw BadInputException.of(file, "its folder does not exist");
        }
        return target;
    }

    private static Path resolve(Path file) {
        if (!Files.isSymbolicLink(file)) {
            return file;
        }
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw BadInputException.of(file, "expected a file or a link to one, found a link that leads nowhere", e);
        }
    }

    private static void check(Path file, Path target, Existing existing, Path... inputs) {
        if (target.getFileName() == null || Files.isDirectory(target)) {
            throw BadInputException.of(file, "expected a file, found a directory");
        }
        for (Path input : inputs) {
            if (isSame(file, input, target)) {
                throw BadInputException.of(file, "is the input " + input + ", which must stay as it is");
            }
        }
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isRegularFile(target)) {
            throw BadInputException.of(file, "expected a regular file, found a device, pipe or socket");
        }
        if (existing == Existing.REFUSE) {
            throw BadInputException.of(file, EXISTS);
        }
    }

    /** Also of two files that are still to be made. */
    private static boolean isSame(Path file, Path other, Path target) {
        try {
            return other.toAbsolutePath()
                            .normalize()
                            .equals(target.toAbsolutePath().normalize())
                    || Files.exists(other) && Files.exists(target) && Files.isSameFile(other, target);
        } catch (IOException e) {
            throw BadInputException.of(file, "cannot be compared with " + other, e);
        }
    }

    /** @throws BadInputException one of them cannot be written; unless it came between, what was there is untouched */
    public void write() {
        List<Staged> staged = new ArrayList<>();
        try {
            for (Output output : outputs) {
                staged.add(attempt(output, () -> Staged.write(output.target, output.bytes)));
            }
            for (int i = 0; i < staged.size(); i++) {
                Staged each = staged.get(i);
                attempt(outputs.get(i), () -> each.putInPlace(existing));
            }
        } finally {
            staged.forEach(Staged::close);
        }
        outputs.stream().map(output -> Staged.folder(output.target)).distinct().forEach(Staged::forceFolder);
    }

    private interface Step<T> {
        T run() throws IOException;
    }

    private static <T> T attempt(Output output, Step<T> step) {
        Path file = output.file;
        try {
            return step.run();
        } catch (FileAlreadyExistsException e) {
            throw BadInputException.of(file, EXISTS, e);
        } catch (NoSuchFileException e) {
            throw BadInputException.of(file, "its folder does not exist", e);
        } catch (AccessDeniedException e) {
            throw BadInputException.of(file, "not writable: permission denied in " + Staged.folder(output.target), e);
        } catch (IOException e) {
            throw BadInputException.of(file, "cannot be written: " + BadInputException.reason(e), e);
        }
    }

    /** A whole file under a temporary name beside the place it is meant for. Closing removes that name. */
    private static final class Staged implements AutoCloseable {
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

    /** What to do with a file that is where the output shall go. */
    public enum Existing {
        /** Leave it and refuse. */
        REFUSE,
        /** Replace it in one step. */
        REPLACE
    }
}
