package org.tensorizer.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceKind;
import org.tensorizer.tools.DoctorReport.Finding;

/**
 * What the checks look at, found once.
 *
 * @param wanted the device that the user means to use
 * @param usb Corals on USB
 * @param apex device files of Corals on PCI
 * @param pci Corals on PCI, with or without a driver: folders in sysfs
 */
record Surroundings(
        Machine machine, DeviceChoice wanted, List<UsbCheck.UsbCoral> usb, List<Path> apex, List<Path> pci) {
    /** PCI vendor and device of a Coral. Source: coral.ai, guide of the M.2 Accelerator ({@code lspci -nn | grep 089a}). */
    private static final String PCI_VENDOR = "0x1ac1";

    private static final String PCI_DEVICE = "0x089a";

    static Surroundings of(Machine machine, DeviceChoice wanted) {
        List<Path> pci = machine.list(machine.at("sys/bus/pci/devices"), "*").stream()
                .filter(folder -> machine.read(folder.resolve("vendor"))
                                .orElse("")
                                .equals(PCI_VENDOR)
                        && machine.read(folder.resolve("device")).orElse("").equals(PCI_DEVICE))
                .toList();
        return new Surroundings(
                machine, wanted, UsbCheck.UsbCoral.find(machine), machine.list(machine.at("dev"), "apex_[0-9]*"), pci);
    }

    boolean hasCoral() {
        return !usb.isEmpty() || !apex.isEmpty() || !pci.isEmpty();
    }

    /** A Coral was named, or the choice is left to us and there is one. */
    boolean coralWanted() {
        return wanted.kind().isCoral() || driverWanted() || (wanted.kind() == DeviceKind.AUTO && hasCoral());
    }

    /** One that libedgetpu is to drive: at PCI there is nothing else. */
    boolean runtimeWanted() {
        return wanted.kind().isCoral() || (wanted.kind() == DeviceKind.AUTO && !(apex.isEmpty() && pci.isEmpty()));
    }

    /** One that Tensorizer is to drive itself. */
    private boolean driverWanted() {
        return wanted.kind() == DeviceKind.USB || (wanted.kind() == DeviceKind.AUTO && !usb.isEmpty());
    }

    /** Something is wrong with a Coral: a problem for who wants one, else a note. */
    Finding trouble(String check, String found, String remedy) {
        return coralWanted() ? Finding.problem(check, found, remedy) : Finding.note(check, found, remedy);
    }

    /** The same for what only libedgetpu needs. */
    Finding runtimeTrouble(String check, String found, String remedy) {
        return runtimeWanted() ? Finding.problem(check, found, remedy) : Finding.note(check, found, remedy);
    }

    /** The same for what only Tensorizer's own driver needs. */
    Finding driverTrouble(String check, String found, String remedy) {
        return driverWanted() ? Finding.problem(check, found, remedy) : Finding.note(check, found, remedy);
    }

    /** Files in /dev that stand for Corals, as far as they are there. */
    List<Path> nodes() {
        List<Path> nodes = new ArrayList<>(apex);
        for (UsbCheck.UsbCoral coral : usb) {
            Path node = coral.node(machine);
            if (Files.exists(node)) {
                nodes.add(node);
            }
        }
        return nodes;
    }
}
