package org.tensorizer.network.transplant;

import org.tensorizer.base.BadInputException;

/** A source that cannot be written into the compiled network at hand; the message names the first layer that differs. */
public final class TransplantException extends BadInputException {
    public TransplantException(String message) {
        super(message);
    }
}
