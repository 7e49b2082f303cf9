package org.tensorizer.network.trace;

import org.tensorizer.base.BadInputException;

/** A program that cannot be followed: the message names instruction, place and reason. */
public final class TraceException extends BadInputException {
    public TraceException(String message) {
        super(message);
    }
}
