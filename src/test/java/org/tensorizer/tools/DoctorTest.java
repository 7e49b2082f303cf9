package org.tensorizer.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress.Bus;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.tools.Doctor.Report.Finding;
import org.tensorizer.tools.Doctor.Report.Finding.Status;

/** Each finding on a machine of a few files. */
class DoctorTest {
    private static final String NEW = "1a6e:089a";
    private static final String READY = "18d1:9302";
    private static final CoralAddress USB = new CoralAddress(Bus.USB, "/sys/bus/usb/devices/2-1");
    private static final Path TEMPLATE = Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite");

    @TempDir
    Path root;

    private FakeMachine machine;

    @BeforeEach
    void make() {
        machine = new FakeMachine(root);
    }

    @Test
    void aMachineWithoutACoralIsFineWithTheEmulator() throws Exception {
        Doctor.Report report = machine.examine("auto", TEMPLATE);
        assertThat(report.findings())
                .extracting(finding -> finding.status() + " " + finding.check())
                .containsExactly(
                        "ok Java",
                        "ok TFLite",
                        "note libedgetpu",
                        "ok libusb",
                        "note USB Coral",
                        "note udev rule",
                        "note udev rule",
                        "note PCI Coral",
                        "ok in use",
                        "ok template");
        assertThat(report.exitStatus()).isZero();
        assertThat(report.findings().get(1).found()).contains("2.18.0", "SHA-256 cdcd");
    }

    @Test
    void aHealthyCoralIsAllOk() {
        Doctor.Report report =
                machine.usb(READY, "5000").goodRules().runtime(14, USB).examine("coral");
        assertThat(report.exitStatus()).isZero();
        assertThat(find(report, "USB Coral"))
                .isEqualTo(Doctor.Report.Finding.ok("USB Coral", READY + " on bus 2, port 2-1, device 3, 5000 Mbit/s"));
        assertThat(find(report, "USB Coral access").found()).isEqualTo("alice may read and write /dev/bus/usb/002/003");
        assertThat(find(report, "Corals listed").found()).isEqualTo("usb /sys/bus/usb/devices/2-1");
        assertThat(all(report, "udev rule"))
                .extracting(Doctor.Report.Finding::status)
                .containsOnly(Status.OK);
        assertThat(find(report, "udev rule").found()).isEqualTo(NEW + " in /etc/udev/rules.d/99-coral.rules");
        assertThat(find(report, "in use").found()).isEqualTo("no other process has /dev/bus/usb/002/003");
        assertThat(find(report, "libedgetpu").found()).contains("RuntimeVersion(14)", "/usr/lib/libedgetpu.so.1");
    }

    private static Libraries.Usb usb(int product, String refusal, Optional<String> firmware) {
        UsbPort port = new UsbPort(2, "1", 3, product == 0x9302 ? 0x18d1 : 0x1a6e, product, Speed.SUPER);
        return new Libraries.Usb("1.0.26", "libusb-1.0.so.0", List.of(new Libraries.Opened(port, refusal)), firmware);
    }

    @Test
    void ourOwnDriverNeedsNoLibedgetpu() {
        machine.usb(READY, "5000").goodRules().libusb(usb(0x9302, "", Optional.of("/lib/a.so, byte 5")));
        Doctor.Report report = machine.examine("usb");
        assertThat(report.exitStatus()).isZero();
        assertThat(machine.examine("auto").exitStatus()).isZero();
        assertThat(find(report, "libedgetpu").status()).isEqualTo(Status.NOTE);
        assertThat(find(report, "USB Coral opened").found()).isEqualTo("2-1 (18d1:9302, SuperSpeed, 5 Gbit/s)");
        assertThat(find(report, "firmware")).isEqualTo(Finding.ok("firmware", "/lib/a.so, byte 5"));
    }

    @Test
    void whatKeepsOurOwnDriverFromACoralIsAProblem() {
        machine.usb(READY, "5000").goodRules().libusb(null);
        assertProblem(machine.examine("usb"), "libusb", "none", "libusb-1.0-0");
        assertThat(machine.runtime(14, USB).examine("coral").exitStatus()).isZero();
        machine.libusb(usb(0x9302, "no permission", Optional.empty()));
        assertProblem(machine.examine("usb"), "USB Coral opened", "no permission", "udev rule");
        assertThat(find(machine.examine("usb"), "firmware").status()).isEqualTo(Status.NOTE);
        machine.libusb(usb(0x089a, "", Optional.empty()));
        assertProblem(machine.examine("usb"), "firmware", "a Coral waits for it", "-Dtensorizer.usb.firmware");
    }

    @Test
    void aNamedCoralThatIsNotThereIsAProblem() {
        assertProblem(machine.examine("coral"), "libedgetpu", "no libedgetpu.so.1", "TFLite 2.16 or newer");
        machine.runtime(14);
        assertProblem(machine.examine("coral"), "Corals listed", "none; coral:0 is not among them", "plug it in");
        machine.runtime(14, USB);
        assertThat(machine.examine("coral").exitStatus()).isZero();
        assertProblem(machine.examine("coral:1"), "Corals listed", "coral:1 is not among them", "");
        assertProblem(machine.examine("pci"), "Corals listed", "pci:0 is not among them", "");
        assertProblem(machine.examine("/dev/apex_0"), "Corals listed", "/dev/apex_0 is not among them", "");
        assertThat(machine.examine(USB.path()).exitStatus()).isZero();
    }

    @Test
    void whatIsMissingForACoralDoesNotTroubleTheEmulator() {
        machine.usb(READY, "5000").forbid("dev/bus/usb/002/003").process(77, "frigate", "/dev/bus/usb/002/003");
        assertThat(machine.examine("auto").exitStatus()).isEqualTo(1);
        assertThat(machine.examine("emulator").exitStatus()).isZero();
        assertThat(find(machine.examine("emulator"), "in use").status()).isEqualTo(Status.NOTE);
    }

    @Test
    void aCoralBeforeItsFirstUseIsNormal() {
        Doctor.Report.Finding finding =
                find(machine.usb(NEW, "480").goodRules().runtime(14, USB).examine("coral"), "USB Coral");
        assertThat(finding.status()).isEqualTo(Status.NOTE);
        assertThat(finding.found()).contains(NEW, "480 Mbit/s", "normal before its first use", READY);
        assertThat(finding.remedy()).startsWith("nothing to do");
    }

    @Test
    void slowPortsAreNamed() {
        machine.runtime(14, USB).goodRules();
        Doctor.Report.Finding usb2 = find(machine.usb(READY, "480").examine("coral"), "USB Coral");
        assertThat(usb2.status()).isEqualTo(Status.NOTE);
        assertThat(usb2.found()).contains("USB 2");
        assertProblem(machine.usb(READY, "12").examine("coral"), "USB Coral", "12 Mbit/s: too slow", "another port");
        assertThat(find(machine.usb(READY, "unknown").examine("coral"), "USB Coral")
                        .found())
                .contains("speed not known");
    }

    @Test
    void noPermissionAndNoDeviceFileAreProblems() {
        machine.usb(READY, "5000").goodRules().runtime(14, USB).forbid("dev/bus/usb/002/003");
        assertProblem(
                machine.examine("coral"),
                "USB Coral access",
                "alice may not read and write /dev/bus/usb/002/003",
                "udev rule and group");
        machine.delete("dev/bus/usb/002/003");
        assertProblem(machine.examine("coral"), "USB Coral access", "no /dev/bus/usb/002/003", "--device /dev/bus/usb");
    }

    @Test
    void bothIdsNeedARule() {
        machine.usb(NEW, "480").runtime(14, USB);
        assertProblem(machine.examine("coral"), "udev rule", "none for " + NEW, "ATTRS{idVendor}==\"1a6e\"");
        machine.file(
                "lib/udev/rules.d/60-edgetpu.rules",
                "SUBSYSTEM==\"usb\",ATTRS{idVendor}==\"1a6e\",ATTRS{idProduct}==\"089a\",GROUP=\"plugdev\"\n"
                        + "#SUBSYSTEM==\"usb\",ATTRS{idVendor}==\"18d1\",ATTRS{idProduct}==\"9302\",MODE=\"0666\"\n");
        List<Doctor.Report.Finding> findings = all(machine.examine("coral"), "udev rule");
        assertThat(findings.get(0).found()).contains("for group plugdev, and alice is not in it");
        assertThat(findings.get(0).remedy()).startsWith("sudo usermod -aG plugdev alice");
        assertThat(findings.get(1).found()).isEqualTo("none for " + READY);
        assertThat(findings).extracting(Doctor.Report.Finding::status).containsOnly(Status.PROBLEM);
        assertThat(all(machine.user("bob").examine("coral"), "udev rule").get(0).status())
                .isEqualTo(Status.OK);
        Doctor.Report.Finding root =
                all(machine.user("root").examine("coral"), "udev rule").get(1);
        assertThat(root.status()).isEqualTo(Status.NOTE);
        assertThat(root.found()).contains("works as root only");
    }

    @Test
    void rulesAreReadAsUdevReadsThem() {
        machine.usb(READY, "5000").runtime(14, USB);
        machine.file("lib/udev/rules.d/60-x.rules", "ATTR{idVendor}==\"1A6E|18d1\", MODE=\"0666\"\n");
        assertThat(all(machine.examine("coral"), "udev rule"))
                .extracting(Doctor.Report.Finding::status)
                .containsOnly(Status.OK);
        machine.file("etc/udev/rules.d/60-x.rules", "\n");
        assertThat(all(machine.examine("coral"), "udev rule"))
                .as("a file in /etc hides the one of the same name")
                .extracting(Doctor.Report.Finding::status)
                .containsOnly(Status.PROBLEM);
        machine.file("etc/udev/rules.d/60-x.rules", "ATTR{idVendor}==\"1a6e|18d1\", MODE=\"0660\"\n");
        assertThat(find(machine.examine("coral"), "udev rule").found()).contains("opens it to nobody");
        machine.file("etc/udev/rules.d/60-x.rules", "ATTR{idVendor}==\"1a6e|18d1\", GROUP=\"alice\"\n");
        assertThat(all(machine.examine("coral"), "udev rule"))
                .as("alice's own group, by /etc/passwd")
                .extracting(Doctor.Report.Finding::status)
                .containsOnly(Status.OK);
    }

    @Test
    void pciCoralsNeedDriverAndGroup() {
        machine.file("sys/bus/pci/devices/0000:03:00.0/vendor", "0x1ac1\n")
                .file("sys/bus/pci/devices/0000:03:00.0/device", "0x089a\n")
                .file("sys/bus/pci/devices/0000:00:1f.0/vendor", "0x8086\n")
                .file("sys/bus/pci/devices/0000:00:1f.0/device", "0x089a\n")
                .runtime(14, new CoralAddress(Bus.PCI, "/dev/apex_0"));
        assertProblem(machine.examine("pci"), "PCI Coral", "1ac1:089a at 0000:03:00.0", "gasket-dkms");
        machine.file("dev/apex_0", "");
        assertThat(machine.examine("pci").exitStatus()).isZero();
        assertThat(find(machine.examine("pci"), "PCI Coral").found()).isEqualTo("alice may read and write /dev/apex_0");
        machine.forbid("dev/apex_0");
        assertProblem(machine.examine("pci"), "PCI Coral", "alice may not", "sudo usermod -aG apex alice");
    }

    @Test
    void anotherProcessThatHasTheDeviceIsNamed() {
        machine.usb(READY, "5000").goodRules().runtime(14, USB);
        machine.process(77, "frigate.detect", "/dev/bus/usb/002/003").process(78, "sh", "/dev/null");
        assertProblem(
                machine.examine("coral"), "in use", "process 77 (frigate.detect) has /dev/bus/usb/002/003", "end it");
        assertThat(find(machine.examine("coral"), "in use").found()).doesNotContain("78");
    }

    @Test
    void thisProcessMayHaveIt() {
        machine.usb(READY, "5000").goodRules().runtime(14, USB);
        machine.process((int) FakeMachine.OWN_PID, "java", "/dev/bus/usb/002/003");
        assertThat(machine.examine("coral").exitStatus()).isZero();
    }

    @Test
    void librariesThatCannotBeLoadedAreProblems() {
        assertProblem(machine.withoutTflite().examine("emulator"), "TFLite", "no library comes", "-Dtensorizer.tflite");
        machine.runtimeFailure("Edge TPU runtime libedgetpu.so.1: cannot be loaded: libusb-1.0.so.0");
        assertProblem(
                machine.examine("coral"), "libedgetpu", "libusb-1.0.so.0", "install the build for this processor");
    }

    @Test
    void aRuntimeBesideTheLoadersPathIsFound() {
        machine.file("usr/local/lib/libedgetpu.so.1.0", "");
        Doctor.Report.Finding finding = find(machine.examine("auto"), "libedgetpu");
        assertThat(finding.found()).contains("/usr/local/lib/libedgetpu.so.1.0");
        assertThat(finding.remedy()).contains("-Dtensorizer.libedgetpu=/usr/local/lib/libedgetpu.so.1.0");
    }

    @Test
    void thePackageSaysWhichTfliteTheRuntimeWasBuiltFor() {
        machine.runtime(14);
        String check = "TFLite with libedgetpu";
        assertThat(find(machine.examine("auto"), check).status()).isEqualTo(Status.NOTE);
        assertThat(find(dpkg("16.0tf2.18.1-1"), check).status()).isEqualTo(Status.OK);
        Doctor.Report.Finding other = find(dpkg("16.0tf2.17.1-1"), check);
        assertThat(other.status()).as("measured: builds for 2.16 and newer").isEqualTo(Status.OK);
        assertThat(other.found()).contains("libedgetpu1-std 16.0tf2.17.1-1 was built for TFLite 2.17, this is 2.18");
        assertThat(find(dpkg("14.1"), check).found()).contains("does not say");
    }

    @Test
    void googlesOwnPackageIsAProblemForWhoWantsACoral() {
        machine.runtime(14);
        String check = "TFLite with libedgetpu";
        assertThat(find(dpkg("16.0"), check).status()).isEqualTo(Status.NOTE);
        Doctor.Report.Finding problem = find(machine.examine("coral"), check);
        assertThat(problem.status()).isEqualTo(Status.PROBLEM);
        assertThat(problem.found()).contains("16.0 was built for TFLite 2.5, this is 2.18", "the next one");
        assertThat(problem.remedy()).contains("2.16 or newer", "--device usb", "-Dtensorizer.tflite=PATH");
    }

    private Doctor.Report dpkg(String version) {
        return machine.file(
                        "var/lib/dpkg/status",
                        "Package: libc6\nStatus: install ok installed\nVersion: 2.36\n\nPackage: libedgetpu1-std\n"
                                + "Status: install ok installed\nArchitecture: amd64\nVersion: " + version + "\n\n"
                                + "Package: zlib1g\nVersion: 1.2\n")
                .examine("auto");
    }

    @Test
    void aJavaWithoutCompilerIsNoted() {
        machine.delete("jdk/bin/javac");
        assertThat(find(machine.examine("auto"), "Java").found()).contains("without a compiler");
    }

    @Test
    void templatesAreRead() throws Exception {
        Path text = Files.writeString(root.resolve("text.tflite"), "not a model at all");
        Path source = Path.of("fixtures/templates/dense_256_int8_identity.tflite");
        Path missing = root.resolve("missing.tflite");
        List<Doctor.Report.Finding> findings =
                all(machine.examine("auto", TEMPLATE, text, source, missing), "template");
        assertThat(findings)
                .extracting(Doctor.Report.Finding::status)
                .containsExactly(Status.OK, Status.PROBLEM, Status.NOTE, Status.PROBLEM);
        assertThat(findings.get(0).found()).contains("compiled, needs runtime version ", ", payload [");
        assertThat(findings.get(1).found()).contains("text.tflite");
        assertThat(findings.get(2).found()).contains("not compiled");
        assertThat(findings.get(3).found()).contains("no such file");
        assertProblem(
                machine.runtime(9).examine("auto", TEMPLATE), "template", "libedgetpu has 9", "update libedgetpu");
    }

    @Test
    void thisMachineCanBeExamined() {
        Doctor.Report report = Doctor.here().examine(DeviceChoice.parse("emulator"), List.of(TEMPLATE));
        assertThat(find(report, "TFLite").status()).isEqualTo(Status.OK);
        assertThat(find(report, "Java").found()).contains(System.getProperty("java.version"));
        assertThat(report.findings()).allSatisfy(f -> assertThat(f.toString()).doesNotContain("\n"));
        assertThat(Arrays.asList(0, 1)).contains(report.exitStatus());
    }

    private static void assertProblem(Doctor.Report report, String check, String found, String remedy) {
        assertThat(report.exitStatus()).isEqualTo(1);
        assertThat(all(report, check)).anySatisfy(finding -> {
            assertThat(finding.status()).isEqualTo(Status.PROBLEM);
            assertThat(finding.found()).contains(found);
            assertThat(finding.remedy()).contains(remedy);
        });
    }

    private static Doctor.Report.Finding find(Doctor.Report report, String check) {
        return all(report, check).get(0);
    }

    private static List<Doctor.Report.Finding> all(Doctor.Report report, String check) {
        return report.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .toList();
    }
}
