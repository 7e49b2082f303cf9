package org.tensorizer.base;

/** A file is no NPY array this project reads. The message says what was expected, what was found and where. */
public final class NpyFormatException extends BadInputException {
    private static final long serialVersionUID = 1L;

    public NpyFormatException(String file, long offset, String problem) {
        super(file + ": byte " + offset + ": " + problem);
    }
}
