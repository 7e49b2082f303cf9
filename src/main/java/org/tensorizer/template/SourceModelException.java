package org.tensorizer.template;

import org.tensorizer.base.BadInputException;

/** A source model that cannot be compiled here. The message names the file, the operator and the reason. */
public final class SourceModelException extends BadInputException {
    private static final long serialVersionUID = 1L;

    SourceModelException(String message) {
        super(message);
    }
}
