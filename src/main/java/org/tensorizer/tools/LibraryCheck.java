package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.coral.Pairing;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceKind;
import org.tensorizer.device.usb.UsbFault;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.tools.Doctor.Report.Finding;
import org.tensorizer.tools.Machine.Surroundings;

/** TFLite, libedgetpu, whether they go together, the Corals that libedgetpu lists, and what Tensorizer's own driver needs. */
final class LibraryCheck {
    private static final String TFLITE = "TFLite";
    private static final String RUNTIME = "libedgetpu";
    private static final String PAIRING = "TFLite with libedgetpu";
    private static final String DEVICES = "Corals listed";

    /** Where distributions and people put it, below the root. */
    private static final List<String> FOLDERS = List.of(
            "usr/lib",
            "usr/local/lib",
            "lib",
            "usr/lib/x86_64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
            "usr/lib/arm-linux-gnueabihf",
            "lib/x86_64-linux-gnu",
            "lib/aarch64-linux-gnu",
            "usr/lib64",
            "opt/edgetpu");

    private final Surroundings surroundings;
    private final Libraries libraries;
    private OptionalInt runtimeVersion = OptionalInt.empty();

    LibraryCheck(Surroundings surroundings, Libraries libraries) {
        this.surroundings = surroundings;
        this.libraries = libraries;
    }

    /** Of the loaded runtime; empty before {@link #run}, or where there is none. */
    OptionalInt runtimeVersion() {
        return runtimeVersion;
    }

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        Optional<Libraries.Tflite> tflite = Optional.empty();
        try {
            tflite = Optional.of(libraries.tflite());
            findings.add(Finding.ok(TFLITE, describe(tflite.get())));
        } catch (BadInputException e) {
            findings.add(Finding.problem(
                    TFLITE, e.getMessage(), "name a library with " + Setting.TFLITE + "=PATH, version 2.12 or newer"));
        }
        try {
            Optional<Libraries.EdgeTpu> runtime = libraries.edgeTpu();
            if (runtime.isPresent()) {
                present(findings, runtime.get(), tflite);
            } else {
                findings.add(missing());
            }
        } catch (BadInputException e) {
            findings.add(surroundings.runtimeTrouble(
                    RUNTIME,
                    e.getMessage(),
                    "install the build for this processor with what it needs (libusb-1.0), or name another with "
                            + Setting.LIBEDGETPU + "=PATH"));
        }
        findings.addAll(DriverCheck.run(surroundings, libraries));
        return findings;
    }

    private static String describe(Libraries.Tflite tflite) {
        return tflite.version() + (tflite.bundled() ? ", came with Tensorizer" : ", named by " + Setting.TFLITE) + " ("
                + tflite.path() + ", SHA-256 " + tflite.sha256() + ")";
    }

    private Finding missing() {
        List<Path> files = FOLDERS.stream()
                .flatMap(folder ->
                        surroundings.machine().list(surroundings.machine().at(folder), "libedgetpu.so*").stream())
                .toList();
        if (!files.isEmpty()) {
            String file = surroundings.machine().name(files.get(0));
            return surroundings.runtimeTrouble(
                    RUNTIME,
                    "not on the loader's path, but there is " + file,
                    "run ldconfig, or name it with " + Setting.LIBEDGETPU + "=" + file);
        }
        return surroundings.runtimeTrouble(
                RUNTIME,
                "no libedgetpu.so.1",
                "needed for device coral: install a build for TFLite 2.16 or newer (feranick/libedgetpu, such as 16.0tf2.17.1-1;"
                        + " Google's own libedgetpu1-std 16.0 is for TFLite 2.5), or name a file with "
                        + Setting.LIBEDGETPU
                        + "=PATH; device usb does without");
    }

    private void present(List<Finding> findings, Libraries.EdgeTpu runtime, Optional<Libraries.Tflite> tflite) {
        runtimeVersion = runtime.runtimeVersion();
        findings.add(
                Finding.ok(RUNTIME, runtime.version() + " (" + runtime.path() + ", SHA-256 " + runtime.sha256() + ")"));
        tflite.ifPresent(library -> findings.add(pairing(runtime, library.version())));
        findings.add(devices(runtime.devices()));
    }

    private Finding devices(List<CoralAddress> devices) {
        String list = devices.isEmpty()
                ? "none"
                : devices.stream().map(CoralAddress::toString).collect(Collectors.joining(", "));
        if (isListed(devices)) {
            return devices.isEmpty()
                    ? Finding.note(DEVICES, "none", "plug one in, or go on with the emulator")
                    : Finding.ok(DEVICES, list);
        }
        return Finding.problem(
                DEVICES,
                list + "; " + surroundings.wanted() + " is not among them",
                "plug it in, check power and permissions (below), or choose another device");
    }

    private boolean isListed(List<CoralAddress> devices) {
        DeviceChoice wanted = surroundings.wanted();
        if (wanted.kind() == DeviceKind.PATH) {
            return devices.stream().anyMatch(each -> each.path().equals(wanted.toString()));
        }
        if (wanted.kind().isCoral()) {
            CoralAddress.Bus bus = wanted.kind() == DeviceKind.PCI ? CoralAddress.Bus.PCI : CoralAddress.Bus.USB;
            return devices.stream().filter(each -> each.bus() == bus).count() > Integer.parseInt(wanted.argument());
        }
        return !surroundings.runtimeWanted() || !devices.isEmpty();
    }

    private Finding pairing(Libraries.EdgeTpu runtime, String tflite) {
        Pairing pairing =
                Pairing.of(runtime.path(), tflite, surroundings.machine().at(""));
        return switch (pairing.verdict()) {
            case WORKS -> Finding.ok(PAIRING, pairing.toString());
            case DIES ->
                surroundings.runtimeTrouble(
                        PAIRING,
                        pairing + ": the first model of a process loads, with the next one the process dies",
                        Pairing.REMEDY);
            case UNKNOWN ->
                Finding.note(
                        PAIRING, pairing.toString(), "if a process dies while it loads a model, " + Pairing.REMEDY);
        };
    }

    /** What Tensorizer's own driver needs: libusb, leave to open each Coral, and firmware for one that has none. */
    private static final class DriverCheck {
        private static final String LIBRARY = "libusb";
        private static final String OPEN = "USB Coral opened";
        private static final String FIRMWARE = "firmware";

        private DriverCheck() {}

        static List<Finding> run(Surroundings surroundings, Libraries libraries) {
            Optional<Libraries.Usb> found;
            try {
                found = libraries.usb();
            } catch (BadInputException | UsbFault e) {
                return List.of(surroundings.driverTrouble(LIBRARY, e.getMessage(), UsbFault.Cause.NO_LIBUSB.remedy()));
            }
            if (found.isEmpty()) {
                return List.of(surroundings.driverTrouble(LIBRARY, "none", UsbFault.Cause.NO_LIBUSB.remedy()));
            }
            Libraries.Usb usb = found.get();
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok(LIBRARY, usb.version() + " (" + usb.name() + ")"));
            for (Libraries.Opened coral : usb.corals()) {
                findings.add(
                        coral.refusal().isEmpty()
                                ? Finding.ok(OPEN, coral.port().toString())
                                : surroundings.driverTrouble(
                                        OPEN,
                                        coral.port() + ": " + coral.refusal(),
                                        "udev rule and group (below), then plug it in again"));
            }
            if (!usb.corals().isEmpty()) {
                findings.add(firmware(surroundings, usb));
            }
            return findings;
        }

        private static Finding firmware(Surroundings surroundings, Libraries.Usb usb) {
            if (usb.firmware().isPresent()) {
                return Finding.ok(FIRMWARE, usb.firmware().get());
            }
            boolean needed =
                    usb.corals().stream().anyMatch(coral -> coral.port().isBootLoader());
            String remedy = "install libedgetpu, which holds it, or name a file with " + UsbSettings.FIRMWARE + "=FILE";
            return needed
                    ? surroundings.driverTrouble(FIRMWARE, "none, and a Coral waits for it", remedy)
                    : Finding.note(FIRMWARE, "none; a Coral needs it after it was plugged in, these have it", remedy);
        }
    }
}
