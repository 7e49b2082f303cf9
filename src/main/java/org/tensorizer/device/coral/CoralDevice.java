package org.tensorizer.device.coral;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.library.LibraryCache;
import org.tensorizer.device.tflite.TfliteLibrary;
import org.tensorizer.device.tflite.TfliteSession;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/**
 * A Coral in this process. Its faults end the process or hang it: outside of a worker process use it only where that
 * may happen.
 *
 * <p>One delegate keeps the device open from its opening to {@link #close}, so that a
 * session does not pay for opening it again (2 s). Sessions are to be closed before their device.
 *
 * <p>Thread safety: yes.
 */
public final class CoralDevice implements Device {
    private final String name;
    private final EdgeTpuLibrary library;
    private final CoralAddress address;
    private final CoralSettings settings;
    private final CoralAccess lock;
    private final TfliteSession.Delegate keeper;

    private CoralDevice(
            String name, EdgeTpuLibrary library, CoralAddress address, CoralSettings settings, CoralAccess lock) {
        this.name = name;
        this.library = library;
        this.address = address;
        this.settings = settings;
        this.lock = lock;
        this.keeper = delegate();
    }

    /**
     * Opens the N-th Coral of a bus, in the order in which libedgetpu lists them.
     *
     * @param name what messages and reports are to call it
     * @param index from 0
     * @throws DeviceFault MISSING: no runtime, or no such device; REFUSED: it cannot be opened, or another run has it
     * @throws BadInputException the runtime cannot be loaded
     */
    public static CoralDevice open(String name, CoralAddress.Bus bus, int index, CoralSettings settings) {
        return open(name, device -> device.bus() == bus, index, settings);
    }

    /** Opens the Coral of a path that libedgetpu lists; one that it does not list would block it for 25 s. */
    public static CoralDevice open(String name, String path, CoralSettings settings) {
        return open(name, device -> device.path().equals(path), 0, settings);
    }

    private static CoralDevice open(String name, Predicate<CoralAddress> wanted, int index, CoralSettings settings) {
        EdgeTpuLibrary library = EdgeTpuLibrary.find()
                .orElseThrow(() -> new DeviceFault(
                        DeviceFault.Kind.MISSING,
                        name,
                        "no Edge TPU runtime: libedgetpu.so.1 is not on the loader's path; install it, or name it with "
                                + Setting.LIBEDGETPU + "=PATH"));
        TfliteLibrary tflite = TfliteLibrary.load(); // what is wrong with it is better known before a device is touched
        Pairing pairing = Pairing.of(library.path(), tflite.version(), Path.of("/"));
        if (pairing.verdict() == Pairing.Verdict.DIES) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    name,
                    pairing + ", and the process would die with the second model it loads: " + Pairing.REMEDY);
        }
        CoralAddress address = select(name, library.devices(), wanted, index);
        CoralAccess.requireNode(name, address, Path.of("/"));
        CoralAccess lock = CoralAccess.acquire(LibraryCache.ofUser().folder(), name, address);
        try {
            return new CoralDevice(name, library, address, settings, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    static CoralAddress select(String name, List<CoralAddress> present, Predicate<CoralAddress> wanted, int index) {
        return present.stream().filter(wanted).skip(index).findFirst().orElseThrow(() -> missing(name, present));
    }

    private static DeviceFault missing(String name, List<CoralAddress> present) {
        String found = present.isEmpty()
                ? "none"
                : present.stream().map(CoralAddress::toString).collect(Collectors.joining(", "));
        return new DeviceFault(
                DeviceFault.Kind.MISSING,
                name,
                "not there; Corals that libedgetpu lists: " + found + ". Plugged in, powered, udev rule in place?");
    }

    private TfliteSession.Delegate delegate() {
        long delegate = library.createDelegate(address, settings);
        if (delegate == 0) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    name,
                    address.path() + " is there but libedgetpu cannot open it: no permission (udev rule for 1a6e:089a"
                            + " and 18d1:9302), or used by another process");
        }
        return new TfliteSession.Delegate() {
            @Override
            public long address() {
                return delegate;
            }

            @Override
            public void close() {
                library.freeDelegate(delegate);
            }
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Provenance provenance() {
        return library.isTestDouble() ? Provenance.DOUBLE : Provenance.SILICON;
    }

    /** @throws BadInputException no valid model, one that is not compiled, or for another chip or a newer runtime */
    @Override
    public Session open(TfliteModel model) {
        requireCompiled(model, library);
        return TfliteSession.open(model, TfliteSession.Options.delegate(name, delegate()));
    }

    @Override
    public void close() {
        keeper.close();
        lock.close();
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * What can be known about a model before libedgetpu sees it.
     *
     * @throws BadInputException it is not compiled, needs a newer runtime, or is for another chip
     */
    static void requireCompiled(TfliteModel model, EdgeTpuLibrary library) {
        requireCompiled(model, library.runtimeVersion().orElse(Integer.MAX_VALUE), library.version());
    }

    static void requireCompiled(TfliteModel model, int runtimeVersion, String runtime) {
        if (!model.isCompiled()) {
            // TFLite's own kernels would run it, and their answers would read like silicon
            throw new BadInputException(model.name()
                    + ": not compiled for the Edge TPU: a Coral runs compiled models only, take device cpu");
        }
        for (EdgeTpuPackage compiled : model.packages()) {
            if (compiled.minRuntimeVersion() > runtimeVersion) {
                throw new BadInputException(model.name() + ": byte "
                        + compiled.range().start() + ", Package.min_runtime_version: requires runtime version "
                        + compiled.minRuntimeVersion() + ", libedgetpu has " + runtimeVersion + " (" + runtime
                        + "): update libedgetpu, or compile with --min_runtime_version " + runtimeVersion);
            }
            for (Executable executable : compiled.executables()) {
                if (!executable.chip().isEmpty() && !executable.chip().equals(Executable.EDGE_TPU)) {
                    throw new BadInputException(model.name() + ": byte "
                            + executable.range().start() + ", Executable.chip: expected " + Executable.EDGE_TPU
                            + ", the chip of a Coral, found " + Printable.name(executable.chip()));
                }
            }
        }
    }

    /**
     * How libedgetpu is to drive the chip.
     *
     * @param delegateOptions such as {@code Performance} (Low, Medium, High, Max), {@code Usb.AlwaysDfu},
     *     {@code Usb.MaxBulkInQueueLength}
     * @param verbosity 0 (silent) to 10
     */
    public record CoralSettings(Map<String, String> delegateOptions, int verbosity) {
        private static final Setting OPTIONS = new Setting("tensorizer.coral.options");
        private static final Setting VERBOSITY = new Setting("tensorizer.coral.verbosity");

        /** What libedgetpu knows; of a name that it does not know it says nothing (seen on the unmodified library). */
        private static final Map<String, Pattern> KNOWN = Map.of(
                "Performance", Pattern.compile("Low|Medium|High|Max"),
                "Usb.AlwaysDfu", Pattern.compile("True|False"),
                "Usb.MaxBulkInQueueLength", Pattern.compile("\\d{1,9}"));

        /** @throws BadInputException an option or a value that libedgetpu does not know, or a verbosity out of range */
        public CoralSettings {
            delegateOptions = Map.copyOf(delegateOptions);
            delegateOptions.forEach(CoralSettings::require);
            if (verbosity < 0 || verbosity > 10) {
                throw new BadInputException(VERBOSITY + ": expected 0 to 10, found " + verbosity);
            }
        }

        /** From {@code -Dtensorizer.coral.options=NAME=VALUE,...} and {@code -Dtensorizer.coral.verbosity=N}. */
        public static CoralSettings ofUser() {
            String verbosity = VERBOSITY.value().orElse("0");
            if (!verbosity.matches("\\d{1,2}")) {
                throw new BadInputException(VERBOSITY + ": expected 0 to 10, found \"" + verbosity + "\"");
            }
            return new CoralSettings(parse(OPTIONS.value().orElse("")), Integer.parseInt(verbosity));
        }

        private static void require(String name, String value) {
            Pattern values = KNOWN.get(name);
            if (values == null) {
                throw new BadInputException(OPTIONS + ": libedgetpu has no option \"" + name + "\", expected one of "
                        + KNOWN.keySet().stream().sorted().toList());
            }
            if (!values.matcher(value).matches()) {
                throw new BadInputException(
                        OPTIONS + ": " + name + ": expected " + values.pattern() + ", found \"" + value + "\"");
            }
        }

        static Map<String, String> parse(String text) {
            Map<String, String> options = new LinkedHashMap<>();
            for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 1) {
                    throw new BadInputException(OPTIONS + ": expected NAME=VALUE, found \"" + part + "\"");
                }
                options.put(
                        part.substring(0, equals).strip(),
                        part.substring(equals + 1).strip());
            }
            return options;
        }
    }
}
