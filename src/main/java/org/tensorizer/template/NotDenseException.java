package org.tensorizer.template;

import org.tensorizer.base.BadInputException;

/** A model that is no compiled Dense layer. The message names the file and the first thing that speaks against it. */
public final class NotDenseException extends BadInputException {
    private static final long serialVersionUID = 1L;

    NotDenseException(String model, String reason) {
        super(model + ": not a compiled Dense layer: " + reason);
    }
}
