package org.tensorizer.device.record;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;

/** Why there was no answer. */
public sealed interface Failure {
    /**
     * The device failed.
     *
     * @param message without the device's name
     * @param log last lines that the runtime printed, oldest first
     */
    record Fault(DeviceFault.Kind kind, String message, List<String> log) implements Failure {
        public Fault {
            log = List.copyOf(log);
        }

        static Fault of(DeviceFault fault) {
            String message = String.valueOf(fault.getMessage());
            String prefix = fault.device() + ": ";
            return new Fault(
                    fault.kind(),
                    message.startsWith(prefix) ? message.substring(prefix.length()) : message,
                    fault.log());
        }

        @Override
        public RuntimeException exception(String device) {
            return new DeviceFault(kind, device, message, log, null);
        }
    }

    /** The model or the input was refused as bad. */
    record BadInput(String message) implements Failure {
        @Override
        public RuntimeException exception(String device) {
            return new BadInputException(message);
        }
    }

    /** What a device of this name throws for it. */
    RuntimeException exception(String device);
}
