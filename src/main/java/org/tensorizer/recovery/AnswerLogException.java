package org.tensorizer.recovery;

import org.tensorizer.base.BadInputException;

/** A file of recorded answers cannot be used, is damaged at its head, or belongs to another template or device. */
public final class AnswerLogException extends BadInputException {
    private static final long serialVersionUID = 1L;

    AnswerLogException(String file, String problem) {
        super(file + ": " + problem);
    }

    AnswerLogException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
