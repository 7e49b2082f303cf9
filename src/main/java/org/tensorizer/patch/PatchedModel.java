package org.tensorizer.patch;

import java.nio.file.Path;
import org.tensorizer.base.AtomicFile;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.TfliteModel;

/** A model after a patch. Safe for many threads as long as nobody changes the bytes. */
public final class PatchedModel {
    private final PatchTarget target;
    private final Patch patch;
    private final byte[] bytes;
    private PatchRecord made;

    PatchedModel(PatchTarget target, Patch patch, byte[] bytes) {
        this.target = target;
        this.patch = patch;
        this.bytes = bytes;
    }

    /** What was patched. */
    public PatchTarget target() {
        return target;
    }

    /** What was asked for. */
    public Patch patch() {
        return patch;
    }

    /** The whole patched model. Not a copy: whoever changes it makes the record untrue. */
    public byte[] bytes() {
        return bytes;
    }

    /** The patched model, read again. */
    public TfliteModel model(String name) {
        return TfliteModel.parse(name, bytes);
    }

    /**
     * What was changed, with the proof that nothing else was: every byte outside the patched regions and the tokens is
     * compared with the original. Made at the first call, which takes about as long as the SHA-256 of the model.
     *
     * @throws IllegalStateException another byte differs: the array was changed by somebody, or this program is wrong
     */
    public synchronized PatchRecord record() {
        if (made == null) {
            made = PatchRecord.of(target, patch, bytes);
        }
        return made;
    }

    /**
     * Writes the model to a file as {@link AtomicFile#write} does, after making its {@linkplain #record record}.
     *
     * @param file where to
     * @param existing what to do if it is there
     * @param inputs files that must not be written over, such as the one the model came from
     * @throws BadInputException the file cannot be written; nothing is left behind
     */
    public void write(Path file, Existing existing, Path... inputs) {
        record();
        AtomicFile.write(file, bytes, existing, inputs);
    }
}
