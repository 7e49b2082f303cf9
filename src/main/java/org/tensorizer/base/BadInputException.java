package org.tensorizer.base;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * The input is at fault, not the program and not the device: a damaged file, an argument out of range, a template that
 * is no Dense. The message says what was expected, what was found and where; it is made {@link Printable}, because it quotes
 * the input. The command line ends with status 2 on it.
 */
public class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(Printable.line(message));
    }

    public BadInputException(String message, Throwable cause) {
        super(Printable.line(message), cause);
    }

    /** What is wrong with a file that is named as the user gave it. */
    public static BadInputException of(Object file, String problem) {
        return new BadInputException(file + ": " + problem);
    }

    /** The same, with what the system said. */
    public static BadInputException of(Object file, String problem, Throwable cause) {
        return new BadInputException(file + ": " + problem, cause);
    }

    /**
     * What is wrong with the contents of a file.
     *
     * @param file its name as the user gave it
     * @param offset absolute byte offset in the file where the fault was seen
     * @param problem what was expected and what was found
     */
    public static BadInputException at(String file, long offset, String problem) {
        return new BadInputException(file + ": byte " + offset + ": " + problem);
    }

    /** @param field the field that was read, such as {@code Package.serialized_multi_executable} */
    public static BadInputException at(String file, long offset, String field, String problem) {
        return new BadInputException(file + ": byte " + offset + ", " + field + ": " + problem);
    }

    /** Why the operating system refused, in plain words and without the file, for the end of a message that names it. */
    public static String reason(IOException refusal) {
        if (refusal instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (refusal instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (refusal instanceof FileAlreadyExistsException) {
            return "exists already";
        }
        String reason = refusal instanceof FileSystemException file ? file.getReason() : refusal.getMessage();
        return reason == null ? refusal.getClass().getSimpleName() : reason;
    }
}
