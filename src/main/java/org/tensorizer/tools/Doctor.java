package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.open.DeviceChoice;

/** Looks at everything that a run on the chosen device depends on. Changes nothing, opens no device. */
public final class Doctor {
    private final Machine machine;
    private final Libraries libraries;

    /** @param machine the file systems to look at; @param libraries what loading the native libraries gives */
    public Doctor(Machine machine, Libraries libraries) {
        this.machine = machine;
        this.libraries = libraries;
    }

    /** For the machine that this JVM runs on. */
    public static Doctor here() {
        return new Doctor(Machine.here(), Libraries.here());
    }

    /**
     * Runs all checks; none keeps another from running.
     *
     * @param wanted the device that is to be used: what is missing for another is a note, not a problem
     * @param templates model files to look into, may be none
     */
    public DoctorReport examine(DeviceChoice wanted, List<Path> templates) {
        Surroundings surroundings = Surroundings.of(machine, wanted);
        List<Finding> findings = new ArrayList<>();
        findings.add(JavaCheck.run(machine));
        findings.add(NodeCheck.run(machine));
        LibraryCheck library = new LibraryCheck(surroundings, libraries);
        findings.addAll(library.run());
        findings.addAll(UsbCheck.run(surroundings));
        findings.addAll(UdevCheck.run(surroundings));
        findings.addAll(PciCheck.run(surroundings));
        findings.add(HolderCheck.run(surroundings));
        for (Path template : templates) {
            findings.add(TemplateCheck.run(template, library.runtimeVersion()));
        }
        return new DoctorReport(findings);
    }
}
