package org.tensorizer.conv;

import org.tensorizer.base.BadInputException;

/**
 * The chip, or the way its programs are written, has no room for the network: a memory that is full, a counter that is
 * too narrow, an image that cannot be split over sixteen tiles. The message says what was needed and what there is.
 */
public final class DoesNotFitException extends BadInputException {
    private static final long serialVersionUID = 1L;

    public DoesNotFitException(String message) {
        super(message);
    }

    /** Throws unless the condition holds. */
    public static void require(boolean fits, String message, Object... values) {
        if (!fits) {
            throw new DoesNotFitException(values.length == 0 ? message : message.formatted(values));
        }
    }
}
