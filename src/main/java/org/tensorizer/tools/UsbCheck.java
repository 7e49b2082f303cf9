package org.tensorizer.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.tools.Doctor.Report.Finding;
import org.tensorizer.tools.Machine.Surroundings;

/** Corals on USB: which, where, how fast, whether this user may use them, and the udev rules that say so. */
final class UsbCheck {
    private static final String CHECK = "USB Coral";
    private static final int USB2 = 480;
    private static final int USB3 = 5000;

    private UsbCheck() {}

    static List<Finding> run(Surroundings surroundings) {
        List<Finding> findings = new ArrayList<>(corals(surroundings));
        findings.addAll(UdevCheck.run(surroundings));
        return findings;
    }

    private static List<Finding> corals(Surroundings surroundings) {
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

    /** udev rules that open both ids of a USB Coral to this user; a rule for one id alone works until the id changes. */
    private static final class UdevCheck {
        private static final String CHECK = "udev rule";
        private static final List<String> FOLDERS =
                List.of("etc/udev/rules.d", "run/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d");

        private UdevCheck() {}

        static List<Finding> run(Surroundings surroundings) {
            Machine machine = surroundings.machine();
            List<UdevRule> rules = rules(machine);
            List<Finding> findings = new ArrayList<>();
            for (String id : UsbCheck.UsbCoral.IDS) {
                List<UdevRule> fitting =
                        rules.stream().filter(rule -> rule.isFor(id)).toList();
                findings.add(fitting.isEmpty() ? missing(id, surroundings) : judge(id, fitting, surroundings));
            }
            return findings;
        }

        private static Finding missing(String id, Surroundings surroundings) {
            String found = "none for " + id;
            if (surroundings.usb().isEmpty() || surroundings.machine().isSuperuser()) {
                return Finding.note(
                        CHECK,
                        found + (surroundings.usb().isEmpty() ? "" : ": a Coral works as root only"),
                        remedy(id));
            }
            return surroundings.trouble(CHECK, found, remedy(id));
        }

        private static Finding judge(String id, List<UdevRule> rules, Surroundings surroundings) {
            Machine machine = surroundings.machine();
            Optional<UdevRule> open = rules.stream().filter(UdevRule::everybody).findFirst();
            if (open.isPresent()) {
                return Finding.ok(CHECK, id + " in " + machine.name(open.get().file()));
            }
            Optional<UdevRule> grouped =
                    rules.stream().filter(rule -> rule.group().isPresent()).findFirst();
            if (grouped.isEmpty()) {
                String file = machine.name(rules.get(0).file());
                return unopened(surroundings, id + " in " + file + ", which opens it to nobody", remedy(id));
            }
            String group = grouped.get().group().orElseThrow();
            String found = id + " in " + machine.name(grouped.get().file()) + " for group " + group;
            return machine.isSuperuser() || isMember(machine, group)
                    ? Finding.ok(CHECK, found)
                    : unopened(
                            surroundings,
                            found + ", and " + machine.user() + " is not in it",
                            "sudo usermod -aG " + group + " " + machine.user() + ", then log in again");
        }

        private static Finding unopened(Surroundings surroundings, String found, String remedy) {
            return surroundings.usb().isEmpty()
                    ? Finding.note(CHECK, found, remedy)
                    : surroundings.trouble(CHECK, found, remedy);
        }

        private static String remedy(String id) {
            String[] parts = id.split(":", -1);
            return "in /etc/udev/rules.d/99-coral.rules: SUBSYSTEM==\"usb\", ATTRS{idVendor}==\"" + parts[0]
                    + "\", ATTRS{idProduct}==\"" + parts[1]
                    + "\", MODE=\"0664\", TAG+=\"uaccess\"; then sudo udevadm control"
                    + " --reload-rules && sudo udevadm trigger";
        }

        /** Rules in effect: a file hides those of the same name in later folders. */
        private static List<UdevRule> rules(Machine machine) {
            List<UdevRule> rules = new ArrayList<>();
            List<Path> seen = new ArrayList<>();
            for (String folder : FOLDERS) {
                for (Path file : machine.list(machine.at(folder), "*.rules")) {
                    if (!seen.contains(file.getFileName())) {
                        seen.add(file.getFileName());
                        String text = machine.read(file).orElse("").replace("\\\n", " ");
                        text.lines()
                                .map(String::strip)
                                .filter(line -> !line.startsWith("#"))
                                .forEach(line -> rules.add(UdevRule.of(file, line)));
                    }
                }
            }
            return rules;
        }

        private static boolean isMember(Machine machine, String group) {
            String[] entry = entry(machine, "etc/group", group);
            String[] account = entry(machine, "etc/passwd", machine.user());
            boolean listed =
                    entry.length > 3 && Arrays.asList(entry[3].split(",", -1)).contains(machine.user());
            return listed || (entry.length > 2 && account.length > 3 && entry[2].equals(account[3]));
        }

        private static String[] entry(Machine machine, String file, String name) {
            return machine.read(machine.at(file))
                    .orElse("")
                    .lines()
                    .map(line -> line.split(":", -1))
                    .filter(fields -> fields[0].equals(name))
                    .findFirst()
                    .orElse(new String[0]);
        }

        /**
         * One line of a udev rule file, as far as it opens a USB device to users.
         *
         * @param file it stands in
         * @param group whose members it opens the device to
         * @param everybody whether it opens the device to all: by mode, or to who sits at the machine (uaccess)
         */
        private record UdevRule(Path file, String text, Optional<String> group, boolean everybody) {
            private static final Pattern GROUP = Pattern.compile("GROUP:?=\"([^\"]+)\"");
            private static final Pattern MODE = Pattern.compile("MODE:?=\"0?[0-7]{2}([0-7])\"");
            private static final Pattern UACCESS = Pattern.compile("TAG\\+?=\"uaccess\"");

            static UdevRule of(Path file, String line) {
                Matcher group = GROUP.matcher(line);
                Matcher mode = MODE.matcher(line);
                boolean worldWritable = mode.find() && (mode.group(1).charAt(0) - '0' & 2) != 0;
                return new UdevRule(
                        file,
                        line,
                        group.find() ? Optional.of(group.group(1)) : Optional.empty(),
                        worldWritable || UACCESS.matcher(line).find());
            }

            /** @param id vendor and product, such as {@code 1a6e:089a} */
            boolean isFor(String id) {
                String[] parts = id.split(":", -1);
                return names("idVendor", parts[0], false) && names("idProduct", parts[1], true);
            }

            private boolean names(String attribute, String value, boolean whereAbsent) {
                Matcher match = Pattern.compile("ATTRS?\\{" + attribute + "\\}==\"([^\"]*)\"")
                        .matcher(text);
                return match.find()
                        ? Arrays.asList(match.group(1).toLowerCase(Locale.ROOT).split("\\|", -1))
                                .contains(value)
                        : whereAbsent;
            }
        }
    }
}
