package org.tensorizer.base;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Several files that belong together, each written as {@link AtomicFile} does: all of them beside their places first, and
 * put in place only when every one is on the disk. What hinders one of them, such as a full disk, leaves all that was there
 * untouched.
 *
 * <p>A process that is killed while they are put in place, in the order they were added, leaves some old and some new, each
 * of them whole: a file that tells about the others goes last. One thread.
 */
public final class AtomicFiles {
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
     * @throws BadInputException it must not be written, as {@link AtomicFile#check}, or was added before
     */
    public AtomicFiles add(Path file, byte[] bytes) {
        Path target = AtomicFile.check(file, existing, inputs.toArray(Path[]::new));
        for (Output other : outputs) {
            if (AtomicFile.isSame(file, other.target, target)) {
                throw BadInputException.of(file, "is the output " + other.file + " already");
            }
        }
        outputs.add(new Output(file, target, bytes));
        return this;
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
            throw BadInputException.of(file, AtomicFile.EXISTS, e);
        } catch (NoSuchFileException e) {
            throw BadInputException.of(file, "its folder does not exist", e);
        } catch (AccessDeniedException e) {
            throw BadInputException.of(file, "not writable: permission denied in " + Staged.folder(output.target), e);
        } catch (IOException e) {
            throw BadInputException.of(file, "cannot be written: " + BadInputException.reason(e), e);
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
