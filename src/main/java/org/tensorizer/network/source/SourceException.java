package org.tensorizer.network.source;

import org.tensorizer.base.BadInputException;

/** A source that cannot be compiled, or not into the network at hand: names file, operator and reason. */
public final class SourceException extends BadInputException {
    public SourceException(String message) {
        super(message);
    }
}
