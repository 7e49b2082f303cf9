package org.tensorizer.device.open;

import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;

/** Opens devices by choice. */
public final class Devices {
    private Devices() {}

    /** The device of {@code -Dtensorizer.device}, {@code auto} without it. */
    public static Device open() {
        return open(DeviceChoice.ofUser());
    }

    /**
     * Opens a device; to be closed by the caller. A Coral lives in a child process, everything else in this one, unless
     * {@code -Dtensorizer.isolation=process|none} says otherwise. On a device that caches parameters by token, loading two
     * payloads under one token is a {@link BadInputException}; see {@link Device#allowingTokenReuse}.
     *
     * @throws org.tensorizer.device.DeviceFault of kind MISSING: a device that was named is not there; never replaced by
     *     another
     * @throws BadInputException a record that is none, or no library for this platform
     */
    public static Device open(DeviceChoice choice) {
        DeviceChoice resolved = choice.resolve();
        Device device = isolated(resolved.kind())
                ? WorkerDevice.open(resolved, WorkerOptions.ofUser())
                : resolved.kind().open(resolved);
        return resolved.kind().parameters() == DeviceKind.Parameters.KEPT_BY_TOKEN ? new TokenGuard(device) : device;
    }

    private static boolean isolated(DeviceKind kind) {
        String isolation = Setting.ISOLATION.value().orElse("");
        return switch (isolation) {
            case "process" -> true;
            case "none" -> false;
            case "" -> kind.home() == DeviceKind.Home.CHILD;
            default ->
                throw new BadInputException(
                        Setting.ISOLATION + ": expected process or none, found \"" + isolation + "\"");
        };
    }

    /** Opens a device in this process whatever {@code -Dtensorizer.isolation} says. */
    static Device openHere(DeviceChoice choice) {
        DeviceChoice resolved = choice.resolve();
        return resolved.kind().open(resolved);
    }
}
