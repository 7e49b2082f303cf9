package org.tensorizer.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.tensorizer.base.AtomicFiles.Existing;

/**
 * Writes a file so that at any moment, whatever happens to this process, its name stands for the whole old file or the
 * whole new one: a temporary file in the same folder, forced to the disk, then renamed.
 *
 * <p>A process that is killed in between leaves a temporary file named {@code .tensorizer-UUID.tmp}, which the first writer
 * to that folder an hour later removes; a failure that this process survives leaves nothing. A symbolic link as target is
 * followed: the file it leads to is replaced and the link stays; one that leads nowhere is refused. An existing file's
 * permissions are kept; whether it may be replaced is up to the permissions of its folder.
 */
public final class AtomicFile {
    static final String EXISTS = "exists, and overwriting was not asked for";

    private AtomicFile() {}

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
    static boolean isSame(Path file, Path other, Path target) {
        try {
            return other.toAbsolutePath()
                            .normalize()
                            .equals(target.toAbsolutePath().normalize())
                    || Files.exists(other) && Files.exists(target) && Files.isSameFile(other, target);
        } catch (IOException e) {
            throw BadInputException.of(file, "cannot be compared with " + other, e);
        }
    }
}
