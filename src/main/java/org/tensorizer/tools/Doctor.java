package org.tensorizer.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.Doctor.Report.Finding;
import org.tensorizer.tools.Machine.Surroundings;

/** Looks at everything that a run on the chosen device depends on. Changes nothing, sends nothing to a device. */
public final class Doctor {
    private final Machine machine;
    private final Libraries libraries;

    /**
     * @param machine the file systems to look at
     * @param libraries what loading the native libraries gives
     */
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
    public Report examine(DeviceChoice wanted, List<Path> templates) {
        Surroundings surroundings = Surroundings.of(machine, wanted);
        List<Finding> findings = new ArrayList<>();
        findings.add(JavaCheck.run(machine));
        LibraryCheck library = new LibraryCheck(surroundings, libraries);
        findings.addAll(library.run());
        findings.addAll(UsbCheck.run(surroundings));
        findings.addAll(PciCheck.run(surroundings));
        findings.add(HolderCheck.run(surroundings));
        for (Path template : templates) {
            findings.add(TemplateCheck.run(template, library.runtimeVersion()));
        }
        return new Report(findings);
    }

    /** The JVM is new enough, or nothing here would run; Maven also needs its compiler. */
    private static final class JavaCheck {
        private static final String CHECK = "Java";

        private JavaCheck() {}

        static Finding run(Machine machine) {
            Path home = machine.javaHome();
            String found = machine.javaVersion() + " (" + home + ")";
            boolean compiles = Files.exists(home.resolve("bin/javac")) || Files.exists(home.resolve("bin/javac.exe"));
            return compiles
                    ? Finding.ok(CHECK, "JDK " + found)
                    : Finding.note(
                            CHECK,
                            "runtime " + found + " without a compiler",
                            "mvn test needs a JDK, 17 or newer; the runnable jar does not");
        }
    }

    /** Corals on PCI or M.2: the chip, its driver's device files, and whether this user may use them. */
    private static final class PciCheck {
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

    /** Other processes that have a Coral open: one at a time owns it. */
    private static final class HolderCheck {
        private static final String CHECK = "in use";

        private HolderCheck() {}

        static Finding run(Surroundings surroundings) {
            List<Path> nodes = surroundings.nodes();
            if (nodes.isEmpty()) {
                return Finding.ok(CHECK, "no Coral that anybody could hold");
            }
            Machine machine = surroundings.machine();
            List<String> names = nodes.stream().map(machine::name).toList();
            List<String> holders = new ArrayList<>();
            int closed = 0;
            for (Path process : machine.list(machine.at("proc"), "[0-9]*")) {
                String pid = process.getFileName().toString();
                if (pid.equals(Long.toString(machine.pid()))) {
                    continue;
                }
                if (!Files.isReadable(process.resolve("fd"))) {
                    closed++;
                    continue;
                }
                for (Path descriptor : machine.list(process.resolve("fd"), "*")) {
                    String target = target(descriptor);
                    if (names.contains(target)) {
                        String program = machine.read(process.resolve("comm")).orElse("?");
                        holders.add("process " + pid + " (" + program + ") has " + target);
                        break;
                    }
                }
            }
            String unseen = closed == 0 ? "" : "; " + closed + " processes of other users could not be looked into";
            return holders.isEmpty()
                    ? Finding.ok(CHECK, "no other process has " + String.join(", ", names) + unseen)
                    : surroundings.trouble(
                            CHECK, String.join(", ", holders) + unseen, "end it: one process at a time owns a Coral");
        }

        private static String target(Path descriptor) {
            try {
                return Files.readSymbolicLink(descriptor).toString();
            } catch (IOException | UnsupportedOperationException e) {
                return "";
            }
        }
    }

    /** Whether a model file can be read, is compiled for this chip and this runtime, and can be patched safely. */
    private static final class TemplateCheck {
        private static final String CHECK = "template";

        private TemplateCheck() {}

        static Finding run(Path file, OptionalInt runtimeVersion) {
            TfliteModel model;
            try {
                model = TfliteModel.read(file);
            } catch (BadInputException e) {
                return Finding.problem(CHECK, e.getMessage(), "compile it again, or name another file");
            }
            if (!model.isCompiled()) {
                return Finding.note(
                        CHECK,
                        file + ": not compiled for the Edge TPU",
                        "runs on device cpu only; compile it for a Coral");
            }
            List<EdgeTpuPackage> packages = model.packages();
            int needs = packages.stream()
                    .mapToInt(EdgeTpuPackage::minRuntimeVersion)
                    .max()
                    .orElse(0);
            if (runtimeVersion.isPresent() && needs > runtimeVersion.getAsInt()) {
                return Finding.problem(
                        CHECK,
                        file + ": needs runtime version " + needs + ", libedgetpu has " + runtimeVersion.getAsInt(),
                        "update libedgetpu, or compile with --min_runtime_version " + runtimeVersion.getAsInt());
            }
            List<Executable> executables = packages.stream()
                    .flatMap(each -> each.executables().stream())
                    .toList();
            for (Executable executable : executables) {
                if (!executable.chip().isEmpty() && !executable.chip().equals(Executable.EDGE_TPU)) {
                    return Finding.problem(
                            CHECK,
                            file + ": compiled for chip " + Printable.name(executable.chip()),
                            "compile it for " + Executable.EDGE_TPU + ", the Edge TPU");
                }
            }
            return patchable(file, needs, executables);
        }

        private static Finding patchable(Path file, int needs, List<Executable> executables) {
            String payload = executables.stream()
                    .filter(executable -> !executable.parameters().isEmpty())
                    .map(executable -> executable.parameters().toString())
                    .collect(Collectors.joining(", "));
            String found = file + ": compiled, needs runtime version " + needs;
            if (payload.isEmpty()) {
                return Finding.note(CHECK, found + ", no payload", "nothing in it can be patched");
            }
            boolean tokens =
                    executables.stream().allMatch(each -> each.tokenField().isPresent());
            return tokens
                    ? Finding.ok(CHECK, found + ", payload " + payload)
                    : Finding.note(
                            CHECK,
                            found + ", payload " + payload + ", an executable without a parameter-caching token",
                            "patches of it cannot get fresh tokens: one session of the device for each");
        }
    }

    /** All findings, in the order in which they are best read. */
    public record Report(List<Finding> findings) {
        public Report {
            findings = List.copyOf(findings);
        }

        /** 1 where anything stands in the way of the chosen device, else 0: notes do not count. */
        public int exitStatus() {
            return findings.stream().anyMatch(finding -> finding.status() == Finding.Status.PROBLEM) ? 1 : 0;
        }

        /**
         * What one check found.
         *
         * @param check its name; several findings may share one
         * @param found what is there, or what is not
         * @param remedy what to do, empty where there is nothing to be done
         */
        public record Finding(String check, Status status, String found, String remedy) {
            /** How bad it is. */
            public enum Status {
                /** As it should be. */
                OK,
                /** Worth knowing, and in nobody's way. */
                NOTE,
                /** The chosen device will not work, or not well, before this is mended. */
                PROBLEM;

                @Override
                public String toString() {
                    return name().toLowerCase(Locale.ROOT);
                }
            }

            static Finding ok(String check, String found) {
                return new Finding(check, Status.OK, found, "");
            }

            static Finding note(String check, String found, String remedy) {
                return new Finding(check, Status.NOTE, found, remedy);
            }

            static Finding problem(String check, String found, String remedy) {
                return new Finding(check, Status.PROBLEM, found, remedy);
            }

            /** One line: {@code problem: USB Coral: ... -> remedy}. */
            @Override
            public String toString() {
                return status + ": " + check + ": " + found + (remedy.isEmpty() ? "" : " -> " + remedy);
            }
        }
    }
}
