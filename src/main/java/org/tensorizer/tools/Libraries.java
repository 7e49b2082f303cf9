package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorizer.device.coral.EdgeTpuLibrary;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.tflite.TfliteLibrary;
import org.tensorizer.device.usb.Firmware;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.usb.libusb.Libusb;
import org.tensorizer.device.usb.libusb.LibusbBus;

/** The native libraries, as loading them into this process shows them. */
public interface Libraries {
    /** @param bundled came with Tensorizer */
    record Tflite(Path path, String version, String sha256, boolean bundled) {}

    /**
     * @param version as the runtime gives it
     * @param runtimeVersion the number that a model's min_runtime_version is compared with
     * @param devices that it lists
     */
    record EdgeTpu(Path path, String version, String sha256, OptionalInt runtimeVersion, List<CoralAddress> devices) {
        public EdgeTpu {
            devices = List.copyOf(devices);
        }
    }

    /**
     * @param name of libusb, as it was found
     * @param corals that it lists
     * @param firmware where the image for a Coral without one was found
     */
    record Usb(String version, String name, List<Opened> corals, Optional<String> firmware) {
        public Usb {
            corals = List.copyOf(corals);
        }
    }

    /** @param refusal why it cannot be opened, empty if it can */
    record Opened(UsbPort port, String refusal) {}

    /** @throws org.tensorizer.base.BadInputException there is none for this platform, or it cannot be loaded */
    Tflite tflite();

    /**
     * Empty where none is installed.
     *
     * @throws org.tensorizer.base.BadInputException there is one, but it cannot be loaded
     */
    Optional<EdgeTpu> edgeTpu();

    /**
     * What Tensorizer's own driver goes by; each Coral is opened and closed. Empty without libusb.
     *
     * @throws org.tensorizer.base.BadInputException a library or file that the user named is none
     * @throws org.tensorizer.device.DeviceFault libusb does not start
     */
    Optional<Usb> usb();

    /** Those that this JVM loads. */
    static Libraries here() {
        return new Libraries() {
            @Override
            public Tflite tflite() {
                TfliteLibrary library = TfliteLibrary.load();
                return new Tflite(library.path(), library.version(), library.sha256(), library.bundled());
            }

            @Override
            public Optional<EdgeTpu> edgeTpu() {
                return EdgeTpuLibrary.find()
                        .map(library -> new EdgeTpu(
                                library.path(),
                                library.version(),
                                library.sha256(),
                                library.runtimeVersion(),
                                library.devices()));
            }

            @Override
            public Optional<Usb> usb() {
                return Libusb.find().map(libusb -> {
                    try (UsbBus bus = LibusbBus.open("doctor")) {
                        List<Opened> corals = bus.devices().stream()
                                .filter(port -> port.isApplication() || port.isBootLoader())
                                .map(port -> new Opened(port, refusal(bus, port)))
                                .toList();
                        Optional<String> firmware =
                                Firmware.find(UsbSettings.ofUser().firmware()).map(Firmware::origin);
                        return new Usb(libusb.version(), libusb.name(), corals, firmware);
                    }
                });
            }

            private static String refusal(UsbBus bus, UsbPort port) {
                try (UsbTransport transport = bus.open(port)) {
                    return "";
                } catch (UsbException e) {
                    return e.status().toString();
                }
            }
        };
    }
}
