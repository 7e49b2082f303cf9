package org.tensorizer.patch;

/** Carries out patches. */
public final class Patcher {
    private Patcher() {}

    /**
     * Carries a patch out on a copy of the model. The model itself stays as it is.
     *
     * <p>Only the bytes of the patch's regions and the tokens are written. That no other byte differs is shown by
     * comparing them all when the {@linkplain PatchedModel#record record} is asked for or the model is
     * {@linkplain PatchedModel#write written}; so a caller that needs neither pays for the copy alone.
     *
     * @throws org.tensorizer.base.BadInputException a step does not fit the payload, or an executable has no place for a
     *     token
     */
    public static PatchedModel patch(PatchTarget target, Patch patch) {
        PayloadWriter writer = PayloadWriter.open(target);
        for (Patch.Step step : patch.steps()) {
            writer.apply(step);
        }
        writer.token(patch.token());
        return new PatchedModel(target, patch, writer.bytes());
    }
}
