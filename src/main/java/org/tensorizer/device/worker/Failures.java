package org.tensorizer.device.worker;

import java.util.List;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.model.BadInputException;

/** Exceptions on their way from child to parent. */
final class Failures {
    private Failures() {}

    static Message.Failed describe(Throwable t) {
        if (t instanceof DeviceFault fault) {
            String prefix = fault.device() + ": ";
            String message = fault.getMessage();
            return new Message.Failed(
                    Message.Reason.valueOf(fault.kind().name()),
                    message.startsWith(prefix) ? message.substring(prefix.length()) : message,
                    fault.log());
        }
        if (t instanceof BadInputException) {
            return new Message.Failed(Message.Reason.BAD_INPUT, t.getMessage(), List.of());
        }
        if (t instanceof IllegalArgumentException) {
            return new Message.Failed(Message.Reason.ILLEGAL_ARGUMENT, String.valueOf(t.getMessage()), List.of());
        }
        return new Message.Failed(Message.Reason.REFUSED, "the worker failed: " + t, List.of());
    }

    static RuntimeException exception(String device, Message.Failed failed) {
        return switch (failed.reason()) {
            case BAD_INPUT -> new BadInputException(failed.message());
            case ILLEGAL_ARGUMENT -> new IllegalArgumentException(failed.message());
            default ->
                new DeviceFault(
                        DeviceFault.Kind.valueOf(failed.reason().name()), device, failed.message(), failed.log(), null);
        };
    }
}
