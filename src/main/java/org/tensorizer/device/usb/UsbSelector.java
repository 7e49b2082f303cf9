package org.tensorizer.device.usb;

import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;

/**
 * Which of several Corals on USB.
 *
 * @param index from 0 in order of bus and port, where no location is given
 * @param location bus and port, such as {@code 1-2.3}: the same one after every start
 */
public record UsbSelector(int index, Optional<String> location) {
    /** A bus and a port, as a regular expression. */
    public static final String LOCATION = "\\d{1,3}-\\d{1,3}(?:\\.\\d{1,3}){0,6}";

    /** The n-th. */
    public static UsbSelector index(int index) {
        return new UsbSelector(index, Optional.empty());
    }

    /** A number as {@link #index} has it, or a place as {@link #at} has it. */
    public static UsbSelector of(String text) {
        return text.matches(LOCATION) ? at(text) : index(Integer.parseInt(text));
    }

    /** @throws BadInputException the text is no bus and port */
    public static UsbSelector at(String location) {
        if (!location.matches(LOCATION)) {
            throw new BadInputException("USB port: expected BUS-PORT such as 1-2.3, found \"" + location + "\"");
        }
        return new UsbSelector(0, Optional.of(location));
    }

    /** The device meant, among all of a bus. */
    Optional<UsbPort> find(List<UsbPort> devices) {
        return devices.stream()
                .filter(UsbPort::isCoral)
                .filter(port -> location.isEmpty() || port.location().equals(location.get()))
                .skip(location.isPresent() ? 0 : index)
                .findFirst();
    }

    /** {@code usb:0} or {@code usb:1-2.3}. */
    @Override
    public String toString() {
        return "usb:" + location.orElse(String.valueOf(index));
    }
}
