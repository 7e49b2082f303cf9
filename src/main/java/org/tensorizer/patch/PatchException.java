package org.tensorizer.patch;

import org.tensorizer.base.BadInputException;

/** A model that cannot be patched as asked, or a region or pattern that does not fit it. */
public final class PatchException extends BadInputException {
    private static final long serialVersionUID = 1L;

    public PatchException(String message) {
        super(message);
    }
}
