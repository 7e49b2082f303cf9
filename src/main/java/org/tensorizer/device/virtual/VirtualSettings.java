package org.tensorizer.device.virtual;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.usb.UsbPort.Speed;

/**
 * How the virtual Corals of a {@link VirtualBus} are.
 *
 * @param devices how many, 1 to 16
 * @param boot whether they wait for their firmware at first
 * @param speed {@link Speed#SUPER} or {@link Speed#HIGH}
 * @param faults what goes wrong on each of them
 * @param pace whether answers take the time that link and chip would
 * @param log takes lines for people: what a chip would not say, such as why a program hangs; called by several threads
 */
public record VirtualSettings(
        int devices, boolean boot, Speed speed, List<Fault> faults, boolean pace, Consumer<String> log) {
    /** One device at SuperSpeed, ready, as fast as it can, without faults. */
    public static final VirtualSettings DEFAULT =
            new VirtualSettings(1, false, Speed.SUPER, List.of(), false, line -> {});

    /** {@code KIND[:N]} of faults on request, separated by commas, for a device that is opened in this process. */
    public static final Setting FAULT = new Setting("tensorizer.virtual.fault");

    private static final int MOST = 16;

    /** @throws BadInputException a number of devices or a speed that is not supported */
    public VirtualSettings {
        if (devices < 1 || devices > MOST) {
            throw new BadInputException("devices: expected 1 to " + MOST + ", found " + devices);
        }
        if (speed != Speed.SUPER && speed != Speed.HIGH) {
            throw new BadInputException("speed: expected super or high, found " + speed);
        }
        faults = List.copyOf(faults);
    }

    /**
     * One device as fast as it can be, with the faults of {@link #FAULT}; what it has to say goes to standard error.
     *
     * @throws BadInputException one of the faults is none
     */
    public static VirtualSettings ofUser() {
        List<Fault> faults = FAULT.value().stream()
                .flatMap(text -> Arrays.stream(text.split(",")))
                .map(Fault::parse)
                .toList();
        return DEFAULT.withFaults(faults).withLog(line -> System.err.println("virtual Coral, " + line));
    }

    public VirtualSettings withFaults(List<Fault> other) {
        return new VirtualSettings(devices, boot, speed, other, pace, log);
    }

    public VirtualSettings withLog(Consumer<String> other) {
        return new VirtualSettings(devices, boot, speed, faults, pace, other);
    }
}
