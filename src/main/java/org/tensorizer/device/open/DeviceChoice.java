package org.tensorizer.device.open;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;

/**
 * Which device is to run the models: the meaning of {@code -Dtensorizer.device}. Opened by {@link Devices}.
 *
 * @param argument which one of its kind, as its kind writes it; empty where there is one only
 */
public record DeviceChoice(DeviceKind kind, String argument) {
    public static final DeviceChoice EMULATOR = new DeviceChoice(DeviceKind.EMULATOR, "");

    /** The emulated Edge TPU behind our own driver, which goes by what the file says of its transfers. */
    public static final DeviceChoice VIRTUAL = new DeviceChoice(DeviceKind.VIRTUAL, "");

    /** TFLite's own kernels. */
    public static final DeviceChoice CPU = new DeviceChoice(DeviceKind.CPU, "");

    /**
     * The device of a text.
     *
     * @throws BadInputException the text is none of {@link DeviceKind#FORMS}
     */
    public static DeviceChoice parse(String text) {
        DeviceChoice choice = Stream.of(DeviceKind.values())
                .flatMap(kind -> kind.parse(text).stream())
                .findFirst()
                .orElseThrow(() -> new BadInputException(
                        "device: expected one of " + DeviceKind.FORMS + "; found \"" + text + "\""));
        if (choice.kind() == DeviceKind.REPLAY) {
            InputFile.path(choice.argument()); // refused here, where the text is known, rather than where it is opened
        }
        return choice;
    }

    /**
     * Several devices, separated by commas: {@code coral:0,coral:1}. A path or a record stands last: all after it is its
     * name, which may hold a comma.
     *
     * @throws BadInputException one of them is none, or stands there twice
     */
    public static List<DeviceChoice> parseAll(String text) {
        List<DeviceChoice> choices = new ArrayList<>();
        String rest = text.strip();
        boolean more = true;
        while (more) {
            int comma = rest.startsWith("/") || rest.startsWith("replay:") ? -1 : rest.indexOf(',');
            choices.add(parse(comma < 0 ? rest : rest.substring(0, comma).strip()));
            more = comma >= 0;
            rest = rest.substring(comma + 1).strip();
        }
        if (new HashSet<>(choices).size() < choices.size()) {
            throw new BadInputException("device: one of \"" + text + "\" stands there twice");
        }
        return choices;
    }

    /** The user's choice, {@code auto} where there is none. */
    public static DeviceChoice ofUser() {
        return parse(Setting.DEVICE.value().orElse("auto"));
    }

    /** What {@code auto} stands for on this machine at this moment; any other choice stands for itself. */
    public DeviceChoice resolve() {
        return kind != DeviceKind.AUTO
                ? this
                : Stream.of(DeviceKind.values())
                        .map(DeviceKind::present)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElseThrow();
    }

    /** As it is written, and how the device is called. */
    @Override
    public String toString() {
        return kind.text(argument);
    }
}
