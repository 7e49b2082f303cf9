package org.tensorizer.device.open;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;

/** Exceptions on their way from child to parent. */
final class Failures {
    private Failures() {}

    static Message.Failed describe(Throwable t) {
        if (t instanceof DeviceFault fault) {
            String prefix = fault.device() + ": ";
            String message = fault.getMessage();
            return Message.Failed.fault(
                    fault.kind(),
                    message.startsWith(prefix) ? message.substring(prefix.length()) : message,
                    fault.log());
        }
        if (t instanceof BadInputException) {
            return Message.Failed.other(Message.Reason.BAD_INPUT, String.valueOf(t.getMessage()));
        }
        if (t instanceof IllegalArgumentException) {
            return Message.Failed.other(Message.Reason.ILLEGAL_ARGUMENT, String.valueOf(t.getMessage()));
        }
        return Message.Failed.fault(DeviceFault.Kind.REFUSED, "the worker failed: " + t, List.of());
    }

    static RuntimeException exception(String device, Message.Failed failed) {
        return switch (failed.reason()) {
            case BAD_INPUT -> new BadInputException(failed.message());
            case ILLEGAL_ARGUMENT -> new IllegalArgumentException(failed.message());
            case DEVICE_FAULT -> new DeviceFault(failed.kind(), device, failed.message(), failed.log(), null);
        };
    }
}
