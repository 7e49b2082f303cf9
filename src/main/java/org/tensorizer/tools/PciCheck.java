package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Corals on PCI or M.2: the chip, its driver's device files, and whether this user may use them. */
final class PciCheck {
    private static final String CHECK = "PCI Coral";

    private PciCheck() {}

    static List<Finding> run(Surroundings surroundings) {
        Machine machine = surroundings.machine();
        List<Finding> findings = new ArrayList<>();
        if (surroundings.pci().size() > surroundings.apex().size()) {
            findings.add(surroundings.trouble(
                    CHECK,
                    "1ac1:089a at " + surroundings.pci().get(0).getFileName() + ", but "
                            + surroundings.apex().size() + " of /dev/apex_* for "
                            + surroundings.pci().size(),
                    "install the driver (gasket-dkms) for this kernel and load the module apex"));
        }
        for (Path node : surroundings.apex()) {
            findings.add(
                    machine.mayUse().test(node)
                            ? Finding.ok(CHECK, machine.user() + " may read and write " + machine.name(node))
                            : surroundings.trouble(
                                    CHECK,
                                    machine.user() + " may not read and write " + machine.name(node),
                                    "udev rule SUBSYSTEM==\"apex\", MODE=\"0660\", GROUP=\"apex\"; sudo usermod -aG apex "
                                            + machine.user() + "; then log in again"));
        }
        return findings.isEmpty() ? List.of(Finding.note(CHECK, "no /dev/apex_*", "")) : findings;
    }
}
