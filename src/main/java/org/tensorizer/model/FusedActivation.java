package org.tensorizer.model;

import java.util.Optional;

/** Activation that a TFLite operator applies to its own output, in the order of their numbers in the file. */
public enum FusedActivation {
    NONE,
    RELU,
    RELU_N1_TO_1,
    RELU6,
    TANH,
    SIGN_BIT;

    private static final FusedActivation[] BY_CODE = values();

    static Optional<FusedActivation> of(int code) {
        return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
    }
}
