package org.tensorizer.conv;

import java.util.OptionalInt;
import org.tensorizer.base.BadInputException;

/**
 * The chip, or the way its programs are written, has no room for the network: a memory that is full, a counter that is
 * too narrow, an image that cannot be split over sixteen tiles. The message says what was needed and what there is.
 */
public final class DoesNotFitException extends BadInputException {
    private static final long serialVersionUID = 1L;

    private final int image;

    public DoesNotFitException(String message) {
        this(message, -1);
    }

    /** @param image number of the image of the chain that it is about: 0 the input, then the result of each step */
    DoesNotFitException(String message, int image) {
        super(message);
        this.image = image;
    }

    /** Number of the image of the chain that the message is about: 0 the input, then the result of each step. */
    public OptionalInt image() {
        return image < 0 ? OptionalInt.empty() : OptionalInt.of(image);
    }

    /** Throws unless the condition holds. */
    public static void require(boolean fits, String message, Object... values) {
        if (!fits) {
            throw new DoesNotFitException(values.length == 0 ? message : message.formatted(values));
        }
    }
}
