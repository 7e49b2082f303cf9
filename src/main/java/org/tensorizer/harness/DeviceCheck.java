package org.tensorizer.harness;

import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;

/**
 * What Maven starts before the experiments: opens and closes the devices of the run and looks at its other settings, so that
 * a Coral that is not there is one message in the first seconds and no fault in every experiment. Ends with status 1 and the
 * message on standard output.
 */
public final class DeviceCheck {
    private DeviceCheck() {}

    public static void main(String[] arguments) {
        try {
            settings();
            devices();
        } catch (BadInputException | DeviceFault | LinkageError e) {
            System.out.println("No experiment was run: " + e.getMessage() + "\n" + remedy(e));
            System.exit(1);
        }
    }

    private static void settings() {
        new Shard();
        CompiledModels.SETTING.value().ifPresent(CompiledModels::folder);
    }

    private static void devices() {
        if (DevicePool.SOURCE.value().isPresent()) {
            return; // a class among the tests, which are not compiled yet
        }
        DeviceChoice.parseAll(Setting.DEVICE.value().orElse("auto"))
                .forEach(choice -> Devices.open(choice).close());
        Setting.COMPARE
                .value()
                .map(DeviceChoice::parse)
                .ifPresent(choice -> Devices.open(choice).close());
    }

    private static String remedy(Throwable problem) {
        String emulator = "Without -Dtensorizer.device the emulated Edge TPU answers where there is no Coral.";
        return problem instanceof BadInputException
                ? "Mend the setting. " + emulator
                : "What is missing, and how to get it: mvn -q -DskipTests package && target/tensorizer doctor. "
                        + emulator;
    }
}
