package org.tensorizer.device.tflite;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;

/**
 * What a kernel threw inside a callback, kept until the C function that called it has returned: an exception cannot pass
 * through C, and JNA would count it as success.
 */
final class KernelFailure {
    private Throwable thrown;

    /** Keeps the first one. */
    void keep(Throwable throwable) {
        if (thrown == null) {
            thrown = throwable;
        } else if (thrown != throwable) {
            thrown.addSuppressed(throwable);
        }
    }

    /** Throws what was kept, if anything was, and forgets it. */
    void raise(String device, String model, List<String> log) {
        Throwable failure = thrown;
        thrown = null;
        if (failure instanceof BadInputException bad) {
            throw bad;
        }
        if (failure instanceof DeviceFault fault) {
            throw fault;
        }
        if (failure instanceof VirtualMachineError error) {
            throw error;
        }
        if (failure != null) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED, device, model + ": the custom op failed: " + failure, log, failure);
        }
    }
}
