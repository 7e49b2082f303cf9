package org.tensorizer.template;

import org.tensorizer.base.BadInputException;

/** A Dense layer that cannot be written as asked: the message says which value is wrong and what is supported. */
public final class DenseSpecException extends BadInputException {
    private static final long serialVersionUID = 1L;

    DenseSpecException(String message) {
        super(message);
    }
}
