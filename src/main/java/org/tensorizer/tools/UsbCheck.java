package org.tensorizer.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
}
