package org.tensorizer.gemm;

import org.tensorizer.base.BadInputException;

/** Matrices that do not fit each other or the template, or numbers that cannot be what they are meant to be. */
public final class GemmException extends BadInputException {
    private static final long serialVersionUID = 1L;

    public GemmException(String message) {
        super(message);
    }

    /** Two shapes that should be one. */
    static GemmException shape(String what, String found, String expected) {
        return new GemmException(what + " of " + found + ", expected " + expected);
    }
}
