package org.tensorizer.recovery;

import org.tensorizer.base.BadInputException;

/** The outputs of a template move so little with its weights that one answer cannot tell two byte values apart. */
public final class InsensitiveTemplateException extends BadInputException {
    private static final long serialVersionUID = 1L;

    InsensitiveTemplateException(String template, String found) {
        super(template + ": too insensitive to recover its layout: " + found);
    }
}
