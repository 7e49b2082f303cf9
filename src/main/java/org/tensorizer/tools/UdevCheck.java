package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.tools.DoctorReport.Finding;

/** udev rules that open both ids of a USB Coral to this user; a rule for one id alone works until the id changes. */
final class UdevCheck {
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
                    CHECK, found + (surroundings.usb().isEmpty() ? "" : ": a Coral works as root only"), remedy(id));
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
