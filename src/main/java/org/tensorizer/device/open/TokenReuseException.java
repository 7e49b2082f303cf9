package org.tensorizer.device.open;

import org.tensorizer.base.BadInputException;

/** A second payload under a parameter-caching token that the device has seen with another: it might run the first. */
public final class TokenReuseException extends BadInputException {
    private static final long serialVersionUID = 1L;

    TokenReuseException(String model, long token, String payload, TokenLedger.Entry first) {
        super(model + ": parameter-caching token 0x" + Long.toHexString(token) + " was loaded on this device with the"
                + " payload of " + first.model() + " (SHA-256 "
                + first.payload().substring(0, 12) + "...), and this"
                + " payload is another (SHA-256 " + payload.substring(0, 12) + "...): the runtime may keep the old"
                + " weights and still report success. Give each payload a fresh token, as patching does by default");
    }
}
