package org.tensorizer.device.tflite;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;

/** Why TFLite knows no kernel for an op, and what helps. */
final class UnresolvedOps {
    private UnresolvedOps() {}

    /** TFLite's line about it says "unresolved custom op". */
    static boolean isMeantBy(String line) {
        return line.contains("unresolved custom op");
    }

    static BadInputException explain(String device, String model, String line) {
        if (line.contains("edgetpu-custom-op")) {
            return new BadInputException(model + ": compiled for the Edge TPU (it holds edgetpu-custom-op), but device "
                    + device + " runs uncompiled models only: take the emulator or a Coral, or the source model");
        }
        return new BadInputException(model + ": holds an op that device " + device + " has no kernel for: " + line);
    }

    /** A delegate was there and did not take the op: the known sign of one built for another TFLite. */
    static DeviceFault explainDelegate(String device, String model, List<String> log) {
        return new DeviceFault(
                DeviceFault.Kind.REFUSED,
                device,
                model + ": the delegate did not take the custom op: it was built for another TFLite than "
                        + TfliteLibrary.load().version() + ". Pair the versions: take a build of libedgetpu for this"
                        + " TFLite, or name the TFLite it was built for with -Dtensorizer.tflite=PATH. TFLite said: "
                        + String.join("; ", log),
                log,
                null);
    }
}
