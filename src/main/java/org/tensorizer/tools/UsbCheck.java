package org.tensorizer.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tensorizer.tools.DoctorReport.Finding;

/** Corals on USB: which, where, how fast, and whether this user may use them. */
final class UsbCheck {
    private static final String CHECK = "USB Coral";
    private static final int USB2 = 480;
    private static final int USB3 = 5000;

    private UsbCheck() {}

    static List<Finding> run(Surroundings surroundings) {
        Machine machine = surroundings.machine();
        if (surroundings.usb().isEmpty()) {
            Path devices = machine.at("sys/bus/usb/devices");
            String found = Files.isDirectory(devices)
                    ? "neither " + UsbCoral.NEW + " nor " + UsbCoral.READY + " in " + machine.name(devices)
                    : "no " + machine.name(devices) + ": a machine or container without USB";
            return List.of(Finding.note(CHECK, found, ""));
        }
        List<Finding> findings = new ArrayList<>();
        for (UsbCoral coral : surroundings.usb()) {
            findings.add(state(coral, surroundings));
            findings.add(access(coral, surroundings));
        }
        return findings;
    }

    private static Finding state(UsbCoral coral, Surroundings surroundings) {
        int speed = coral.megabits().orElse(USB3);
        if (speed < USB2) {
            return surroundings.trouble(
                    CHECK, coral + ": too slow to work with", "another port, cable or hub; USB 3 if there is one");
        }
        if (coral.id().equals(UsbCoral.NEW)) {
            return Finding.note(
                    CHECK,
                    coral + ": not yet initialised, which is normal before its first use; it then becomes "
                            + UsbCoral.READY,
                    "nothing to do; a virtual machine or container must be given the port or both ids");
        }
        if (speed < USB3) {
            return Finding.note(
                    CHECK, coral + ": USB 2, weights and inputs take longer", "a USB 3 port and cable for full speed");
        }
        return Finding.ok(CHECK, coral.toString());
    }

    private static Finding access(UsbCoral coral, Surroundings surroundings) {
        Machine machine = surroundings.machine();
        Path node = coral.node(machine);
        String check = CHECK + " access";
        if (!Files.exists(node)) {
            return surroundings.trouble(
                    check, "no " + machine.name(node), "a container must be given the folder: --device /dev/bus/usb");
        }
        return machine.mayUse().test(node)
                ? Finding.ok(check, machine.user() + " may read and write " + machine.name(node))
                : surroundings.trouble(
                        check,
                        machine.user() + " may not read and write " + machine.name(node),
                        "udev rule and group (next line), then plug the Coral in again");
    }

    /**
     * A Coral on USB, as sysfs shows it.
     *
     * @param id one of {@link #IDS}
     * @param folder in /sys/bus/usb/devices
     * @param port name of that folder, such as {@code 2-1}: bus and port
     * @param bus number of the bus
     * @param number of the device on its bus, a new one each time it is plugged in or changes its id
     * @param megabits speed in Mbit/s: 480 is USB 2, 5000 and more is USB 3; empty if not known
     */
    record UsbCoral(String id, Path folder, String port, int bus, int number, Optional<Integer> megabits) {
        /** Before its firmware is loaded. Source: google-coral/edgetpu#536. */
        static final String NEW = "1a6e:089a";

        /** After. */
        static final String READY = "18d1:9302";

        static final List<String> IDS = List.of(NEW, READY);

        static List<UsbCoral> find(Machine machine) {
            List<UsbCoral> found = new ArrayList<>();
            for (Path folder : machine.list(machine.at("sys/bus/usb/devices"), "*")) {
                Optional<String> vendor = machine.read(folder.resolve("idVendor"));
                Optional<String> product = machine.read(folder.resolve("idProduct"));
                String id = (vendor.orElse("") + ":" + product.orElse("")).toLowerCase(Locale.ROOT);
                if (IDS.contains(id)) {
                    found.add(new UsbCoral(
                            id,
                            folder,
                            folder.getFileName().toString(),
                            number(machine, folder, "busnum").orElse(0),
                            number(machine, folder, "devnum").orElse(0),
                            number(machine, folder, "speed")));
                }
            }
            return found;
        }

        private static Optional<Integer> number(Machine machine, Path folder, String file) {
            return machine.read(folder.resolve(file))
                    .filter(text -> text.matches("\\d{1,9}"))
                    .map(Integer::valueOf);
        }

        /** Its file in /dev, which libusb opens. */
        Path node(Machine machine) {
            return machine.at(String.format("dev/bus/usb/%03d/%03d", bus, number));
        }

        @Override
        public String toString() {
            return id + " on bus " + bus + ", port " + port + ", device " + number + ", "
                    + megabits.map(speed -> speed + " Mbit/s").orElse("speed not known");
        }
    }
}
