package org.tensorizer.device;

import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.coral.CoralAddress;
import org.tensorizer.device.coral.CoralDevice;
import org.tensorizer.device.coral.CoralSettings;
import org.tensorizer.device.coral.EdgeTpuLibrary;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.record.ReplayDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.device.worker.WorkerDevice;
import org.tensorizer.device.worker.WorkerOptions;

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
     * payloads under one token is a {@link TokenReuseException}; see {@link Device#allowingTokenReuse}.
     *
     * @throws DeviceFault of kind MISSING: a device that was named is not there; never replaced by another
     * @throws BadInputException a record that is none, or no library for this platform
     */
    public static Device open(DeviceChoice choice) {
        DeviceChoice resolved = resolve(choice);
        Device device = isolated(resolved) ? WorkerDevice.open(resolved, WorkerOptions.ofUser()) : openHere(resolved);
        return cachesByToken(resolved) ? new TokenGuard(device) : device;
    }

    private static boolean cachesByToken(DeviceChoice choice) {
        return choice instanceof DeviceChoice.Emulator || isCoral(choice);
    }

    private static boolean isCoral(DeviceChoice choice) {
        return choice instanceof DeviceChoice.Coral || choice instanceof DeviceChoice.CoralAt;
    }

    /** What {@code auto} stands for on this machine at this moment; any other choice stands for itself. */
    public static DeviceChoice resolve(DeviceChoice choice) {
        if (!(choice instanceof DeviceChoice.Auto)) {
            return choice;
        }
        List<CoralAddress> corals = corals();
        return corals.isEmpty()
                ? new DeviceChoice.Emulator()
                : new DeviceChoice.Coral(corals.get(0).bus(), 0);
    }

    private static List<CoralAddress> corals() {
        try {
            Optional<EdgeTpuLibrary> library = EdgeTpuLibrary.find();
            return library.isPresent() ? library.get().devices() : List.of();
        } catch (BadInputException e) {
            if (Setting.LIBEDGETPU.value().isPresent()) {
                throw e; // the user named it, so it must not be passed over
            }
            return List.of();
        }
    }

    private static boolean isolated(DeviceChoice choice) {
        String isolation = Setting.ISOLATION.value().orElse("");
        return switch (isolation) {
            case "process" -> true;
            case "none" -> false;
            case "" -> isCoral(choice);
            default ->
                throw new BadInputException(
                        Setting.ISOLATION + ": expected process or none, found \"" + isolation + "\"");
        };
    }

    /** Opens a device in this process whatever {@code -Dtensorizer.isolation} says. */
    public static Device openHere(DeviceChoice choice) {
        DeviceChoice resolved = resolve(choice);
        if (resolved instanceof DeviceChoice.Cpu) {
            return new CpuDevice();
        }
        if (resolved instanceof DeviceChoice.Emulator) {
            return new EmulatorDevice();
        }
        if (resolved instanceof DeviceChoice.Replay replay) {
            return ReplayDevice.open(replay.file());
        }
        return CoralDevice.open(resolved, CoralSettings.ofUser());
    }
}
