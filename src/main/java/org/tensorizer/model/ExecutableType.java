package org.tensorizer.model;

import java.util.Optional;

/** What an executable is for, in the order of their numbers in the file. */
public enum ExecutableType {
    /** Brings its own parameters and runs the inference. Meant if the file says nothing. */
    STAND_ALONE,
    /** Loads parameters into the chip. */
    PARAMETER_CACHING,
    /** Runs the inference on parameters that a PARAMETER_CACHING executable left in the chip. */
    EXECUTION_ONLY;

    private static final ExecutableType[] BY_CODE = values();

    static Optional<ExecutableType> of(int code) {
        return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
    }
}
