package org.tensorizer.device.open;

import java.util.List;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.TensorSpec;

/** What parent and child say to each other. The child answers each request with one reply, in order. */
sealed interface Message {
    /** Child, once, when its device is open. */
    record Hello(String device, String provenance) implements Message {}

    /** Parent: load a model. */
    record Open(int session, String name, byte[] model) implements Message {}

    /**
     * Child: it is loaded.
     *
     * @param area file of the {@link TensorArea}
     */
    record Opened(List<TensorSpec> inputs, List<TensorSpec> outputs, String area) implements Message {}

    /** Parent: the area's inputs are written, run. */
    record Run(int session) implements Message {}

    /** Child: the area's outputs are written. Also the reply to {@link Close}. */
    record Done() implements Message {}

    record Close(int session) implements Message {}

    /**
     * Child: the request failed, the child lives on.
     *
     * @param kind of the fault, where it is one
     */
    record Failed(Reason reason, DeviceFault.Kind kind, String message, List<String> log) implements Message {
        static Failed fault(DeviceFault.Kind kind, String message, List<String> log) {
            return new Failed(Reason.DEVICE_FAULT, kind, message, log);
        }

        static Failed other(Reason reason, String message) {
            return new Failed(reason, DeviceFault.Kind.REFUSED, message, List.of());
        }
    }

    /** Which exception the parent is to throw. */
    enum Reason {
        BAD_INPUT,
        ILLEGAL_ARGUMENT,
        DEVICE_FAULT
    }
}
