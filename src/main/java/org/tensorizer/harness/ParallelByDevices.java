package org.tensorizer.harness;

import java.util.Map;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;

/**
 * Lets JUnit run as many experiments at a time as {@code -Dtensorizer.device} names devices. What the user set for JUnit
 * stands. Only in the JVM that runs experiments, which has {@code tensorizer.run=experiments}. Public for the service
 * loader only.
 */
public final class ParallelByDevices implements LauncherSessionListener {
    private static final String PARALLEL = "junit.jupiter.execution.parallel.";

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        int devices = devices();
        if (devices > 1 && "experiments".equals(System.getProperty("tensorizer.run"))) {
            Map.of(
                            "enabled", "true",
                            "mode.default", "concurrent",
                            "mode.classes.default", "concurrent",
                            "config.executor-service", "WORKER_THREAD_POOL",
                            "config.strategy", "fixed",
                            "config.fixed.parallelism", String.valueOf(devices),
                            "config.fixed.max-pool-size", String.valueOf(devices))
                    .forEach((key, value) -> System.getProperties().putIfAbsent(PARALLEL + key, value));
        }
    }

    private static int devices() {
        try {
            return DeviceChoice.parseAll(Setting.DEVICE.value().orElse("auto")).size();
        } catch (BadInputException e) {
            return 1; // said where the devices are opened
        }
    }
}
