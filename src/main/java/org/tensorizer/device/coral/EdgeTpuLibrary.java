package org.tensorizer.device.coral;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.coral.CoralDevice.CoralSettings;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress.Bus;
import org.tensorizer.device.library.JnaRuntime;
import org.tensorizer.device.library.LibraryFile;

/**
 * Google's Edge TPU runtime, {@code libedgetpu.so.1}, or the file that {@code -Dtensorizer.libedgetpu=PATH}
 * (environment: {@code TENSORIZER_LIBEDGETPU}) names. Loaded once a process.
 *
 * <p>Thread safety: yes.
 */
public final class EdgeTpuLibrary {
    private static final String NAME = "libedgetpu.so.1";
    /**
     * RTLD_NOW: a libusb that lacks a function is an error here, not the end of the process where it is first called. Not
     * RTLD_GLOBAL: the library exports operator new and delete.
     */
    private static final int NOW_LOCAL = 2;

    private static final Pattern RUNTIME_VERSION = Pattern.compile("RuntimeVersion\\((\\d+)\\)");
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static EdgeTpuLibrary loaded;

    private final C functions;
    private final NativeLibrary library;
    private final LibraryFile file;
    private final String version;

    private EdgeTpuLibrary(NativeLibrary library, LibraryFile file) {
        this.library = library;
        this.file = file;
        this.functions = Native.load(file.path().toString(), C.class, Map.of(Library.OPTION_OPEN_FLAGS, NOW_LOCAL));
        this.version = functions.edgetpu_version();
    }

    /**
     * The runtime, empty where none is installed.
     *
     * @throws BadInputException there is one, but it cannot be loaded, or a named one is none
     */
    public static synchronized Optional<EdgeTpuLibrary> find() {
        if (loaded == null) {
            Optional<String> named = Setting.LIBEDGETPU.value();
            loaded = named.isPresent() ? load(LibraryFile.named(InputFile.path(named.get()))) : search();
        }
        return Optional.ofNullable(loaded);
    }

    private static EdgeTpuLibrary load(LibraryFile file) {
        try {
            return checked(JnaRuntime.open(file.path().toString(), NOW_LOCAL), file);
        } catch (UnsatisfiedLinkError e) {
            throw new BadInputException("Edge TPU runtime " + file.path() + ": cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static EdgeTpuLibrary search() {
        NativeLibrary library;
        try {
            library = JnaRuntime.open(NAME, NOW_LOCAL);
        } catch (UnsatisfiedLinkError e) {
            if (e.getMessage().contains(NAME + ": cannot open shared object file")) {
                return null;
            }
            throw new BadInputException("Edge TPU runtime " + NAME + ": cannot be loaded: " + e.getMessage(), e);
        }
        return checked(library, LibraryFile.named(mapped("libedgetpu")));
    }

    /** Which file the dynamic loader took for a library that was asked for by name: /proc/self/maps knows. */
    private static Path mapped(String name) {
        try {
            return Files.readAllLines(MAPS).stream()
                    .filter(line -> line.contains("/"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(path -> path.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException("no mapped file of this process is called " + name));
        } catch (IOException e) {
            throw new BadInputException("cannot read " + MAPS + " to learn where " + name + " is", e);
        }
    }

    private static EdgeTpuLibrary checked(NativeLibrary library, LibraryFile file) {
        for (String symbol : List.of("edgetpu_list_devices", "edgetpu_create_delegate", "edgetpu_version")) {
            if (!JnaRuntime.has(library, symbol)) {
                throw new BadInputException(
                        "Edge TPU runtime " + file.path() + ": has no function " + symbol + ": this is not libedgetpu");
            }
        }
        return new EdgeTpuLibrary(library, file);
    }

    /** As {@code edgetpu_version()} gives it: {@code BuildLabel(...), RuntimeVersion(14)}. */
    public String version() {
        return version;
    }

    /** The number that a package's min_runtime_version is compared with; empty where the version text has none. */
    public OptionalInt runtimeVersion() {
        return runtimeVersion(version);
    }

    static OptionalInt runtimeVersion(String version) {
        Matcher number = RUNTIME_VERSION.matcher(version);
        return number.find() ? OptionalInt.of(Integer.parseInt(number.group(1))) : OptionalInt.empty();
    }

    public Path path() {
        return file.path();
    }

    /** SHA-256 of the loaded file, lower-case hexadecimal. */
    public String sha256() {
        return file.sha256();
    }

    /** A test double says so by a symbol: what it answers must never read like silicon. */
    boolean isTestDouble() {
        return JnaRuntime.has(library, "tensorizer_test_double");
    }

    /** Every Coral that libedgetpu sees, in its order; whether it may be opened is another question. */
    public synchronized List<CoralAddress> devices() {
        LongByReference count = new LongByReference();
        Pointer list = functions.edgetpu_list_devices(count);
        if (list == null) {
            return List.of();
        }
        try {
            List<CoralAddress> devices = new ArrayList<>();
            for (int i = 0; i < count.getValue(); i++) {
                long at = 16L * i;
                Bus bus = list.getInt(at) == C.TYPE_USB ? Bus.USB : Bus.PCI;
                devices.add(new CoralAddress(bus, list.getPointer(at + 8).getString(0)));
            }
            return devices;
        } finally {
            functions.edgetpu_free_devices(list);
        }
    }

    /**
     * Address of a new delegate for a device, 0 where libedgetpu cannot open it; why, it prints at verbosity 1 and more
     * only, so it is never less meanwhile. Takes about 2 s for USB.
     */
    synchronized long createDelegate(CoralAddress device, CoralSettings settings) {
        functions.edgetpu_verbosity(Math.max(1, settings.verbosity()));
        int type = device.bus() == Bus.USB ? C.TYPE_USB : C.TYPE_PCI;
        String[] options = settings.delegateOptions().entrySet().stream()
                .flatMap(option -> Stream.of(option.getKey(), option.getValue()))
                .toArray(String[]::new);
        try {
            return Pointer.nativeValue(functions.edgetpu_create_delegate(
                    type, device.path(), options.length == 0 ? null : options, options.length / 2));
        } finally {
            functions.edgetpu_verbosity(settings.verbosity());
        }
    }

    void freeDelegate(long delegate) {
        functions.edgetpu_free_delegate(new Pointer(delegate));
    }

    /** The functions of edgetpu_c.h, the interface of libedgetpu.so.1. {@code size_t} is a {@code long}: 64 bits only. */
    private interface C extends Library {
        int TYPE_PCI = 0;
        int TYPE_USB = 1;

        /** An array of {@code struct { int type; const char* path; }}, 16 bytes each; NULL where there is none. */
        Pointer edgetpu_list_devices(LongByReference count);

        void edgetpu_free_devices(Pointer devices);

        /**
         * @param options an array of {@code struct { const char* name; const char* value; }}, the same in memory as one of
         *     their texts in turns; or NULL
         */
        Pointer edgetpu_create_delegate(int type, String path, String[] options, long count);

        void edgetpu_free_delegate(Pointer delegate);

        void edgetpu_verbosity(int level);

        String edgetpu_version();
    }

    /**
     * A Coral as libedgetpu lists it.
     *
     * @param path device node ({@code /dev/apex_0}) or USB port in sysfs ({@code /sys/bus/usb/devices/2-1})
     */
    public record CoralAddress(Bus bus, String path) {
        public enum Bus {
            USB,
            PCI;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        @Override
        public String toString() {
            return bus + " " + path;
        }
    }
}
