package org.tensorizer.layout;

import org.tensorizer.base.BadInputException;

/** A channel, an offset, a block or an array that does not fit the layout of a payload. */
public final class LayoutException extends BadInputException {
    private static final long serialVersionUID = 1L;

    public LayoutException(String message) {
        super(message);
    }
}
