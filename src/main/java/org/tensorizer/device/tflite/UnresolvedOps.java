package org.tensorizer.device.tflite;

import org.tensorizer.model.BadInputException;

/** Why TFLite knows no kernel for an op, and what helps. */
final class UnresolvedOps {
    private UnresolvedOps() {}

    static BadInputException explain(String device, String model, String line) {
        if (line.contains("edgetpu-custom-op")) {
            return new BadInputException(model + ": compiled for the Edge TPU (it holds edgetpu-custom-op), but device "
                    + device + " runs uncompiled models only: take the emulator or a Coral, or the source model");
        }
        return new BadInputException(model + ": holds an op that device " + device + " has no kernel for: " + line);
    }
}
