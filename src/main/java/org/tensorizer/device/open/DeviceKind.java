package org.tensorizer.device.open;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.coral.CoralDevice;
import org.tensorizer.device.coral.CoralDevice.CoralSettings;
import org.tensorizer.device.coral.EdgeTpuLibrary;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress.Bus;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.record.ReplayDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbDevice;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbFault;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.device.usb.libusb.Libusb;
import org.tensorizer.device.usb.libusb.LibusbBus;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;

/**
 * Every kind of device there is: how it is written, where it lives, how it is opened. A new one is a constant here. The
 * order is the one in which {@link #AUTO} asks what is {@link #present}.
 */
public enum DeviceKind {
    /** The first kind that is {@link #present}. Resolved before it is opened, see {@link DeviceChoice#resolve}. */
    AUTO("auto", "", "", Home.HERE, Parameters.SENT_ANEW),
    /** The N-th Coral at USB, or the one at a port, driven by Tensorizer itself. */
    USB("usb", "[:N|:BUS-PORT]", "0|[1-9]\\d{0,3}|" + UsbSelector.LOCATION, Home.HERE, Parameters.SENT_ANEW),
    /** The N-th Coral at USB through libedgetpu, in its order, which is not the same from one start to the next. */
    CORAL("coral", "[:N]", "0|[1-9]\\d{0,3}", Home.CHILD, Parameters.KEPT_BY_TOKEN),
    /** The N-th Coral at PCI Express through libedgetpu. */
    PCI("pci", "[:N]", "0|[1-9]\\d{0,3}", Home.CHILD, Parameters.KEPT_BY_TOKEN),
    /** One certain Coral through libedgetpu, by the path that it lists: a device node, or a USB port in /sys. */
    PATH("/", "", ".+", Home.CHILD, Parameters.KEPT_BY_TOKEN),
    /** An emulated Edge TPU behind a USB port in software: our own driver, its wire, the emulator. */
    VIRTUAL("virtual", "", "", Home.HERE, Parameters.SENT_ANEW),
    /** The emulated Edge TPU. */
    EMULATOR("emulator", "", "", Home.HERE, Parameters.KEPT_BY_TOKEN),
    /** TFLite's own kernels, for uncompiled models. Some trust what a model says and end their process where it lies. */
    CPU("cpu", "", "", Home.CHILD, Parameters.SENT_ANEW),
    /** Answers that a device gave before, read back from its evidence record. */
    REPLAY("replay", ":FILE", ".+", Home.HERE, Parameters.SENT_ANEW);

    /** Where a device lives unless {@code -Dtensorizer.isolation} says otherwise. */
    enum Home {
        /** In this process. */
        HERE,
        /** In a child process, since what drives it may end its process or hang. */
        CHILD
    }

    /** What becomes of a model's parameters on the chip. */
    enum Parameters {
        /** They stay, and what is loaded under the same token later may run with them. */
        KEPT_BY_TOKEN,
        /** Every session brings its own. */
        SENT_ANEW
    }

    /** What {@link DeviceChoice#parse} understands, for help and messages; a constant, since annotations want one. */
    public static final String FORMS =
            "auto, usb[:N|:BUS-PORT], coral[:N], pci[:N], virtual, emulator, cpu, replay:FILE, or the absolute path of a Coral";

    private final String word;
    private final String form;
    private final Pattern argument;
    private final Home home;
    private final Parameters parameters;

    /**
     * @param form of the argument, for help; in brackets where there is a first one to be taken without it
     */
    DeviceKind(String word, String form, String argument, Home home, Parameters parameters) {
        this.word = word;
        this.form = form;
        this.argument = Pattern.compile(argument, Pattern.DOTALL);
        this.home = home;
        this.parameters = parameters;
    }

    /** The choice that a text makes among devices of this kind; empty where it is none of theirs. */
    Optional<DeviceChoice> parse(String text) {
        if (!text.startsWith(word)) {
            return Optional.empty();
        }
        String rest = text.substring(word.length());
        if (this != PATH && rest.startsWith(":") && rest.length() > 1) {
            rest = rest.substring(1);
        } else if (rest.isEmpty() && form.startsWith("[")) {
            rest = "0";
        } else if (this != PATH && !rest.isEmpty()) {
            return Optional.empty();
        }
        Matcher matcher = argument.matcher(rest);
        return matcher.matches() ? Optional.of(new DeviceChoice(this, rest)) : Optional.empty();
    }

    String text(String argument) {
        return argument.isEmpty() || this == PATH ? word + argument : word + ":" + argument;
    }

    /** How it stands in {@link #FORMS}. */
    String form() {
        return this == PATH ? "path" : word + form;
    }

    /** Whether libedgetpu drives it. */
    public boolean isCoral() {
        return this == CORAL || this == PCI || this == PATH;
    }

    Home home() {
        return home;
    }

    Parameters parameters() {
        return parameters;
    }

    /**
     * The device of this kind that {@code auto} would take, if it is there and may be opened.
     *
     * @throws BadInputException the user named a runtime for it that is none
     */
    Optional<DeviceChoice> present() {
        Optional<String> first = switch (this) {
            case USB -> firstUsb();
            case CORAL -> firstListed(Bus.USB);
            case PCI -> firstListed(Bus.PCI);
            case EMULATOR -> Optional.of("");
            case AUTO, PATH, VIRTUAL, CPU, REPLAY -> Optional.empty();
        };
        return first.map(found -> new DeviceChoice(this, found));
    }

    /**
     * Opens it in this process.
     *
     * @throws org.tensorizer.device.DeviceFault it is not there, or cannot be opened
     */
    Device open(DeviceChoice choice) {
        String name = choice.toString();
        String which = choice.argument();
        return switch (this) {
            case AUTO -> throw new IllegalStateException("auto is resolved before a device is opened");
            case USB -> UsbDevice.open(LibusbBus.open(name), name, UsbSelector.of(which), UsbSettings.ofUser());
            case CORAL -> CoralDevice.open(name, Bus.USB, Integer.parseInt(which), CoralSettings.ofUser());
            case PCI -> CoralDevice.open(name, Bus.PCI, Integer.parseInt(which), CoralSettings.ofUser());
            case PATH -> CoralDevice.open(name, name, CoralSettings.ofUser());
            case VIRTUAL -> openVirtual(name);
            case EMULATOR -> new EmulatorDevice();
            case CPU -> new CpuDevice();
            case REPLAY -> ReplayDevice.open(InputFile.path(which));
        };
    }

    private static Device openVirtual(String name) {
        VirtualBus bus = new VirtualBus(VirtualSettings.ofUser());
        UsbSettings settings = UsbSettings.ofUser();
        boolean patient = UsbSettings.DEADLINE.value().isEmpty(); // an emulator takes longer than a chip
        return UsbDevice.open(bus, name, UsbSelector.index(0), patient ? settings.withDeadline(60_000) : settings);
    }

    private static Optional<String> firstUsb() {
        if (Libusb.find().isEmpty()) {
            return Optional.empty();
        }
        try (UsbBus bus = LibusbBus.open("auto")) {
            return UsbDevice.first(bus);
        } catch (UsbFault | UsbException e) {
            return Optional.empty(); // a machine without USB
        }
    }

    private static Optional<String> firstListed(Bus bus) {
        List<CoralAddress> corals = List.of();
        try {
            corals = EdgeTpuLibrary.find().map(EdgeTpuLibrary::devices).orElse(corals);
        } catch (BadInputException e) {
            if (Setting.LIBEDGETPU.value().isPresent()) {
                throw e; // the user named it, so it must not be passed over
            }
        }
        return corals.stream().filter(coral -> coral.bus() == bus).findFirst().map(coral -> "0");
    }
}
