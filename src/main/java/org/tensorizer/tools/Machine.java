package org.tensorizer.tools;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceKind;
import org.tensorizer.tools.Doctor.Report.Finding;

/**
 * The machine that is looked at.
 *
 * @param root {@code /}; what is said of sysfs, /dev, /etc and /proc is below it
 * @param user who runs this
 * @param pid of this process, which is not counted among those that hold a device
 * @param javaHome of the JVM
 * @param javaVersion such as {@code 17.0.15}
 * @param searchPath folders of programs, in order
 * @param mayUse whether this user may read and write a file
 */
public record Machine(
        Path root,
        String user,
        long pid,
        Path javaHome,
        String javaVersion,
        List<Path> searchPath,
        Predicate<Path> mayUse) {
    public Machine {
        searchPath = List.copyOf(searchPath);
    }

    /** The one that this JVM runs on. */
    public static Machine here() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return new Machine(
                Path.of("/"),
                System.getProperty("user.name"),
                ProcessHandle.current().pid(),
                Path.of(System.getProperty("java.home")),
                System.getProperty("java.version"),
                Arrays.stream(path.split(File.pathSeparator, -1))
                        .filter(folder -> !folder.isEmpty())
                        .map(Path::of)
                        .toList(),
                file -> Files.isReadable(file) && Files.isWritable(file));
    }

    boolean isSuperuser() {
        return user.equals("root");
    }

    /**
     * A path below the root.
     *
     * @param name without a leading slash
     */
    Path at(String name) {
        return root.resolve(name);
    }

    /** How messages call a path below the root: as on the machine itself. */
    String name(Path path) {
        return path.startsWith(root) ? "/" + root.relativize(path) : path.toString();
    }

    /** What is in a folder, by name; nothing where there is no such folder or it cannot be read. */
    List<Path> list(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(found::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    /** Text of a file without white space around it; empty where it cannot be read. */
    Optional<String> read(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

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
                    machine,
                    wanted,
                    UsbCheck.UsbCoral.find(machine),
                    machine.list(machine.at("dev"), "apex_[0-9]*"),
                    pci);
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
}
