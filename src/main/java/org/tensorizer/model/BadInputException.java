package org.tensorizer.model;

/**
 * The input is at fault, not the program and not the device: a damaged file, an argument out of range, a template that
 * is no Dense. The message says what was expected, what was found and where; it is made {@link Printable}, because it quotes
 * the input. The command line ends with status 2 on it.
 */
public class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 2000;

    public BadInputException(String message) {
        super(Printable.of(message, LONGEST));
    }

    public BadInputException(String message, Throwable cause) {
        super(Printable.of(message, LONGEST), cause);
    }
}
