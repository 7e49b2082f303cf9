package org.tensorizer.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.UsbFault;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.tools.DoctorReport.Finding;

/** What Tensorizer's own driver needs: libusb, leave to open each Coral, and firmware for one that has none. */
final class DriverCheck {
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
        boolean needed = usb.corals().stream().anyMatch(coral -> coral.port().isBootLoader());
        String remedy = "install libedgetpu, which holds it, or name a file with " + UsbSettings.FIRMWARE + "=FILE";
        return needed
                ? surroundings.driverTrouble(FIRMWARE, "none, and a Coral waits for it", remedy)
                : Finding.note(FIRMWARE, "none; a Coral needs it after it was plugged in, these have it", remedy);
    }
}
