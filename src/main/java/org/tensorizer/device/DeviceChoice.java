package org.tensorizer.device;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;

/** Which device is to run the models: the meaning of {@code -Dtensorizer.device}. Opened by {@link Devices}. */
public sealed interface DeviceChoice {
    /** A Coral if libedgetpu lists one, else the emulator. */
    record Auto() implements DeviceChoice {
        @Override
        public String toString() {
            return "auto";
        }
    }

    /** The emulated Edge TPU. */
    record Emulator() implements DeviceChoice {
        @Override
        public String toString() {
            return "emulator";
        }
    }

    /** TFLite's own kernels, for uncompiled models. */
    record Cpu() implements DeviceChoice {
        @Override
        public String toString() {
            return "cpu";
        }
    }

    /**
     * The n-th Coral of a bus, in libedgetpu's order, which is not the same from one start to the next.
     *
     * @param index from 0
     */
    record Coral(Bus bus, int index) implements DeviceChoice {
        @Override
        public String toString() {
            return bus + ":" + index;
        }
    }

    /**
     * One certain Coral.
     *
     * @param path as libedgetpu lists it: a device node, or a USB port in /sys
     */
    record CoralAt(String path) implements DeviceChoice {
        @Override
        public String toString() {
            return path;
        }
    }

    /** Answers that a device gave before, read back from its evidence record. */
    record Replay(Path file) implements DeviceChoice {
        @Override
        public String toString() {
            return "replay:" + file;
        }
    }

    /** How a Coral is attached. */
    enum Bus {
        USB,
        PCI;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What {@link #parse} understands. */
    String SUPPORTED = "auto, emulator, cpu, usb[:N], pci[:N], an absolute path, replay:FILE";

    /**
     * The device of a text.
     *
     * @throws BadInputException the text is none of {@link #SUPPORTED}
     */
    static DeviceChoice parse(String text) {
        return switch (text) {
            case "auto" -> new Auto();
            case "emulator" -> new Emulator();
            case "cpu" -> new Cpu();
            default -> parseNamed(text);
        };
    }

    /**
     * Several devices, separated by commas: {@code usb:0,usb:1}. A path or a record stands alone, its name may hold a
     * comma.
     *
     * @throws BadInputException one of them is none, or stands there twice
     */
    static List<DeviceChoice> parseAll(String text) {
        if (text.startsWith("/") || text.startsWith("replay:")) {
            return List.of(parse(text));
        }
        List<DeviceChoice> choices = Stream.of(text.split(",", -1))
                .map(String::strip)
                .map(DeviceChoice::parse)
                .toList();
        if (new HashSet<>(choices).size() < choices.size()) {
            throw new BadInputException("device: one of \"" + text + "\" stands there twice");
        }
        return choices;
    }

    /** The user's choice, {@code auto} where there is none. */
    static DeviceChoice ofUser() {
        return parse(Setting.DEVICE.value().orElse("auto"));
    }

    private static DeviceChoice parseNamed(String text) {
        Matcher coral = Pattern.compile("(usb|pci)(?::(\\d{1,4}))?").matcher(text);
        if (coral.matches()) {
            Bus bus = coral.group(1).equals("usb") ? Bus.USB : Bus.PCI;
            return new Coral(bus, coral.group(2) == null ? 0 : Integer.parseInt(coral.group(2)));
        }
        if (text.startsWith("/") && text.length() > 1) {
            return new CoralAt(text);
        }
        if (text.startsWith("replay:") && text.length() > "replay:".length()) {
            return new Replay(InputFile.path(text.substring("replay:".length())));
        }
        throw new BadInputException("device: expected one of " + SUPPORTED + "; found \"" + text + "\"");
    }
}
