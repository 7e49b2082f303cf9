package org.tensorizer.model;

/**
 * The input is at fault, not the program and not the device: a damaged file, an argument out of range, a template that
 * is no Dense. The message says what was expected, what was found and where. The command line ends with status 2 on it.
 */
public class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(message);
    }

    public BadInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
