package org.tensorizer.base;

import java.nio.file.Path;

/** An output file that cannot or must not be written. */
public final class OutputException extends BadInputException {
    private static final long serialVersionUID = 1L;

    private final String file;

    OutputException(Path file, String problem) {
        super(file + ": " + problem);
        this.file = file.toString();
    }

    OutputException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file.toString();
    }

    /** The file as it was named. */
    public String file() {
        return file;
    }
}
