package org.tensorizer.device;

import java.util.List;
import org.tensorizer.base.Printable;

/**
 * The device failed: neither the hypothesis nor the input is to blame. Never a verdict on an experiment. Message and log
 * are made {@link Printable}: a runtime writes whatever it likes. The command line ends with status 1 on it.
 */
public class DeviceFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public enum Kind {
        /** The device or the process that drives it died. */
        CRASHED,
        /** No answer within the deadline. */
        HUNG,
        /** The device or its runtime said no: open refused, model refused, invoke failed. */
        REFUSED,
        /** An answer of the wrong size. */
        WRONG_SIZE,
        /** A device that was named is not there. */
        MISSING,
        /** The same question was answered differently, more often than re-reading can mend. */
        UNSTABLE
    }

    private final Kind kind;
    private final String device;
    private final transient List<String> log;

    public DeviceFault(Kind kind, String device, String message) {
        this(kind, device, message, List.of(), null);
    }

    /** @param log last lines that the runtime printed, oldest first */
    public DeviceFault(Kind kind, String device, String message, List<String> log, Throwable cause) {
        super(Printable.line(Printable.name(device) + ": " + message), cause);
        this.kind = kind;
        this.device = Printable.name(device);
        this.log = log.stream().map(Printable::line).toList();
    }

    public Kind kind() {
        return kind;
    }

    /** The message without the device's name. */
    public String what() {
        String message = getMessage();
        String name = device + ": ";
        return message.startsWith(name) ? message.substring(name.length()) : message;
    }

    public List<String> log() {
        return log == null ? List.of() : log;
    }
}
