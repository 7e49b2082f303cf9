package org.tensorizer.device.open;

import java.util.HashMap;
import java.util.Map;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.Session;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.TfliteModel;

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
                ? WorkerDevice.open(resolved, WorkerDevice.Options.ofUser())
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

    /**
     * Looks at each model before a device that caches parameters gets it: parameters are kept on the chip by
     * parameter-caching token, so a second payload under one token may run with the weights of the first, and every
     * inference still reports success (seen on the unmodified libedgetpu). Here that is an error, unless
     * {@link #allowingTokenReuse} was asked for.
     *
     * <p>Thread safety: yes.
     */
    static final class TokenGuard extends ForwardingDevice {
        /** Who came first with a token. */
        private record Owner(String model, String payloadSha256) {}

        private final Map<Long, Owner> owners = new HashMap<>();

        TokenGuard(Device device) {
            super(device);
        }

        /** @throws BadInputException the model's payload stands under a token that stood for another one */
        @Override
        public Session open(TfliteModel model) {
            for (EdgeTpuPackage compiled : model.packages()) {
                for (Executable executable : compiled.executables()) {
                    if (executable.type() == ExecutableType.PARAMETER_CACHING && executable.token() != 0) {
                        note(executable.token(), new Owner(model.name(), model.sha256(executable.parameters())));
                    }
                }
            }
            return super.open(model);
        }

        private synchronized void note(long token, Owner owner) {
            Owner first = owners.putIfAbsent(token, owner);
            if (first != null && !first.payloadSha256().equals(owner.payloadSha256())) {
                throw new BadInputException(owner.model() + ": parameter-caching token 0x" + Long.toHexString(token)
                        + " was loaded on this device with the payload of " + first.model() + " (SHA-256 "
                        + first.payloadSha256().substring(0, 12) + "...), and this payload is another (SHA-256 "
                        + owner.payloadSha256().substring(0, 12)
                        + "...): the runtime may keep the old weights and still"
                        + " report success. Give each payload a fresh token, as patching does by default");
            }
        }

        @Override
        public Device allowingTokenReuse() {
            return device();
        }
    }
}
