package org.tensorizer.device.record;

import java.nio.file.Path;
import org.tensorizer.base.BadInputException;

/** A file is no evidence record, or a damaged one. The message names file, line (from 1) and field. */
public final class RecordFormatException extends BadInputException {
    private static final long serialVersionUID = 1L;

    RecordFormatException(Path file, long line, String message) {
        this(file, line, message, null);
    }

    RecordFormatException(Path file, long line, String message, Throwable cause) {
        super("evidence record " + file + ": line " + line + ": " + message, cause);
    }
}
