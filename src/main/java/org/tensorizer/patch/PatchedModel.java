package org.tensorizer.patch;

import org.tensorizer.model.TfliteModel;

/** A model after a patch. Safe for many threads as long as nobody changes the bytes. */
public final class PatchedModel {
    private final PatchTarget target;
    private final Patch patch;
    private final byte[] bytes;
    private PatchRecord made;

    private PatchedModel(PatchTarget target, Patch patch, byte[] bytes) {
        this.target = target;
        this.patch = patch;
        this.bytes = bytes;
    }

    /**
     * Carries a patch out on a copy of the model. The model itself stays as it is.
     *
     * <p>Only the bytes of the patch's regions and the tokens are written. That no other byte differs is shown by
     * comparing them all when the {@linkplain #record record} is asked for; a caller that does not pays for the copy alone.
     *
     * @throws org.tensorizer.base.BadInputException a step does not fit the payload, or an executable has no place for a
     *     token
     */
    public static PatchedModel of(PatchTarget target, Patch patch) {
        PayloadWriter writer = PayloadWriter.open(target);
        for (Patch.Step step : patch.steps()) {
            writer.apply(step);
        }
        writer.token(patch.token());
        return new PatchedModel(target, patch, writer.bytes());
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
}
