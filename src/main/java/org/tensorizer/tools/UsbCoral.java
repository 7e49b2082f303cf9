package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
