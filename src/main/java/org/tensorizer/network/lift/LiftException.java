package org.tensorizer.network.lift;

import org.tensorizer.base.BadInputException;

/** A network that cannot be lifted: names operator, instruction and reason. */
public final class LiftException extends BadInputException {
    public LiftException(String message) {
        super(message);
    }
}
