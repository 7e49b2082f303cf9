package org.tensorizer.device.usb.libusb;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.library.JnaRuntime;
import org.tensorizer.device.library.Platform;

/**
 * The shared library libusb-1.0, or the file that {@code -Dtensorizer.libusb=FILE} names. Bound once a process.
 *
 * <p>Thread safety: yes.
 */
public final class Libusb {
    public static final Setting SETTING = new Setting("tensorizer.libusb");
    /** How JNA opens a library by itself. */
    private static final int DEFAULT_FLAGS = -1;

    private static Libusb loaded;

    private final String name;
    private final String version;

    private Libusb(String name, NativeLibrary library) {
        this.name = name;
        Native.register(LibusbC.class, library);
        Pointer numbers = LibusbC.libusb_get_version();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LibusbC.VERSION_PARTS; i++) {
            text.append(i == 0 ? "" : ".").append(numbers.getShort(2L * i) & 0xffff);
        }
        version = text.toString();
    }

    /**
     * The library, empty where none is installed.
     *
     * @throws BadInputException a named one cannot be loaded, or one is loaded that is no libusb-1.0
     */
    public static synchronized Optional<Libusb> find() {
        if (loaded == null) {
            Optional<String> named = SETTING.value();
            loaded = named.isPresent() ? named(named.get()) : search();
        }
        return Optional.ofNullable(loaded);
    }

    private static Libusb named(String text) {
        String file = InputFile.path(text).toAbsolutePath().toString();
        try {
            return checked(file, JnaRuntime.open(file, DEFAULT_FLAGS));
        } catch (UnsatisfiedLinkError e) {
            throw new BadInputException(SETTING + ": " + file + ": cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static Libusb search() {
        List<String> names = switch (Platform.current().os()) {
            case "macosx" ->
                List.of("libusb-1.0.dylib", "/opt/homebrew/lib/libusb-1.0.dylib", "/usr/local/lib/libusb-1.0.dylib");
            case "windows" -> List.of("libusb-1.0.dll");
            default -> List.of("libusb-1.0.so.0");
        };
        for (String name : names) {
            try {
                return checked(name, JnaRuntime.open(name, DEFAULT_FLAGS));
            } catch (UnsatisfiedLinkError e) {
                // not here; the next name may be
            }
        }
        return null;
    }

    private static Libusb checked(String name, NativeLibrary library) {
        for (String symbol :
                List.of("libusb_get_version", "libusb_submit_transfer", "libusb_interrupt_event_handler")) {
            if (!JnaRuntime.has(library, symbol)) {
                throw new BadInputException(
                        "libusb " + name + ": has no function " + symbol + ": expected libusb-1.0, 1.0.21 or newer");
            }
        }
        return new Libusb(name, library);
    }

    /** As it was found: a name that the loader searched for, or a file. */
    public String name() {
        return name;
    }

    /** Such as {@code 1.0.26.11724}. */
    public String version() {
        return version;
    }
}
