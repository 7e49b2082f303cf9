package org.tensorizer.device.open;

import java.time.Duration;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;

/**
 * How patient a parent is.
 *
 * @param openDeadline for the start of a child, for opening its device and for loading a model
 * @param runDeadline for one inference
 * @param backOff pause before the first reopening after a fault; doubles with each fault in a row
 * @param longestBackOff the pause never exceeds this
 * @param quarantineAfter faults in a row after which the device is not opened again
 */
public record WorkerOptions(
        Duration openDeadline, Duration runDeadline, Duration backOff, Duration longestBackOff, int quarantineAfter) {
    private static final Setting OPEN = new Setting("tensorizer.deadline.open");
    private static final Setting RUN = new Setting("tensorizer.deadline.run");

    public WorkerOptions {
        if (quarantineAfter < 1) {
            throw new IllegalArgumentException("quarantineAfter: expected at least 1, found " + quarantineAfter);
        }
    }

    /**
     * 40 s to open (libedgetpu itself gives up after 25 s), 10 s for an inference (its transfers time out after 6 s), a
     * pause of 0.2 s to 5 s, quarantine after 5 faults. Deadlines by {@code -Dtensorizer.deadline.open=SECONDS} and
     * {@code -Dtensorizer.deadline.run=SECONDS}.
     */
    public static WorkerOptions ofUser() {
        return new WorkerOptions(
                seconds(OPEN, "40"), seconds(RUN, "10"), Duration.ofMillis(200), Duration.ofSeconds(5), 5);
    }

    private static Duration seconds(Setting setting, String otherwise) {
        String text = setting.value().orElse(otherwise);
        if (!text.matches("\\d{1,6}(\\.\\d{1,3})?") || Double.parseDouble(text) == 0) {
            throw new BadInputException(setting + ": expected seconds above 0, found \"" + text + "\"");
        }
        return Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000));
    }

    Duration pause(int faults) {
        long pause = backOff.toMillis() << Math.min(Math.max(faults - 1, 0), 20);
        return Duration.ofMillis(Math.min(pause, longestBackOff.toMillis()));
    }
}
