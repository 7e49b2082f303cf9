package org.tensorizer.model;

import org.tensorizer.base.BadInputException;

/**
 * A file does not hold what its format promises. Every reader of this package throws this type and no other, whatever
 * the bytes are.
 */
public final class ModelFormatException extends BadInputException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final String field;

    /**
     * @param file name of the file as the user gave it
     * @param offset absolute byte offset in the file where the fault was seen
     * @param field the field that was read, such as {@code Package.serialized_multi_executable}
     * @param problem what was expected and what was found
     */
    public ModelFormatException(String file, long offset, String field, String problem) {
        super(file + ": byte " + offset + ", " + field + ": " + problem);
        this.file = file;
        this.offset = offset;
        this.field = field;
    }

    public ModelFormatException(String file, long offset, String field, String problem, Throwable cause) {
        super(file + ": byte " + offset + ", " + field + ": " + problem, cause);
        this.file = file;
        this.offset = offset;
        this.field = field;
    }

    public String file() {
        return file;
    }

    /** Absolute byte offset in the file. */
    public long offset() {
        return offset;
    }

    public String field() {
        return field;
    }
}
