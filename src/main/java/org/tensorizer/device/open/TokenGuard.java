package org.tensorizer.device.open;

import org.tensorizer.device.Session;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.Device;
/**
 * Looks at each model before a device that caches parameters gets it: parameters are kept on the chip by
 * parameter-caching token, so a second payload under one token may run with the weights of the first, and every
 * inference still reports success (seen on the unmodified libedgetpu). Here that is an error, unless
 * {@link #allowingTokenReuse} was asked for.
 *
 * <p>Thread safety: yes.
 */
final class TokenGuard extends ForwardingDevice {
    private final TokenLedger ledger = new TokenLedger();

    TokenGuard(Device device) {
        super(device);
    }

    /** @throws TokenReuseException the model's payload stands under a token that stood for another one */
    @Override
    public Session open(String modelName, byte[] model) {
        ledger.note(modelName, model);
        return super.open(modelName, model);
    }

    @Override
    public Device allowingTokenReuse() {
        return device();
    }
}
