package org.tensorizer.device.coral;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceChoice;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.library.LibraryCache;
import org.tensorizer.device.tflite.Delegate;
import org.tensorizer.device.tflite.SessionOptions;
import org.tensorizer.device.tflite.TfliteLibrary;
import org.tensorizer.device.tflite.TfliteSession;

/**
 * A Coral in this process. Its faults end the process or hang it: outside of a worker process use it only where that
 * may happen.
 *
 * <p>One delegate keeps the device open from {@link #open(DeviceChoice, CoralSettings)} to {@link #close}, so that a
 * session does not pay for opening it again (2 s). Sessions are to be closed before their device.
 *
 * <p>Thread safety: yes.
 */
public final class CoralDevice implements Device {
    private final String name;
    private final EdgeTpuLibrary library;
    private final CoralAddress address;
    private final CoralSettings settings;
    private final CoralLock lock;
    private final Delegate keeper;

    private CoralDevice(
            String name, EdgeTpuLibrary library, CoralAddress address, CoralSettings settings, CoralLock lock) {
        this.name = name;
        this.library = library;
        this.address = address;
        this.settings = settings;
        this.lock = lock;
        this.keeper = delegate();
    }

    /**
     * Opens a Coral that libedgetpu lists; a path that it does not list would block it for 25 s.
     *
     * @param choice a {@link DeviceChoice.Coral} or a {@link DeviceChoice.CoralAt}
     * @throws DeviceFault MISSING: no runtime, or no such device; REFUSED: it cannot be opened, or another run has it
     * @throws BadInputException the runtime cannot be loaded
     */
    public static CoralDevice open(DeviceChoice choice, CoralSettings settings) {
        String name = choice.toString();
        EdgeTpuLibrary library = EdgeTpuLibrary.find()
                .orElseThrow(() -> new DeviceFault(
                        DeviceFault.Kind.MISSING,
                        name,
                        "no Edge TPU runtime: libedgetpu.so.1 is not on the loader's path; install it, or name it with "
                                + Setting.LIBEDGETPU + "=PATH"));
        TfliteLibrary.load(); // whatever is wrong with it is better known before a device is touched
        CoralAddress address = select(choice, name, library.devices());
        DeviceNode.requireAccess(name, address, Path.of("/"));
        CoralLock lock = CoralLock.acquire(LibraryCache.ofUser().folder(), name, address);
        try {
            return new CoralDevice(name, library, address, settings, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    static CoralAddress select(DeviceChoice choice, String name, List<CoralAddress> present) {
        List<CoralAddress> fitting = present.stream()
                .filter(device -> choice instanceof DeviceChoice.CoralAt at
                        ? device.path().equals(at.path())
                        : choice instanceof DeviceChoice.Coral coral && device.bus() == coral.bus())
                .toList();
        int index = choice instanceof DeviceChoice.Coral coral ? coral.index() : 0;
        if (index >= fitting.size()) {
            String found = present.isEmpty()
                    ? "none"
                    : present.stream().map(CoralAddress::toString).collect(Collectors.joining(", "));
            throw new DeviceFault(
                    DeviceFault.Kind.MISSING,
                    name,
                    "not there; Corals that libedgetpu lists: " + found + ". Plugged in, powered, udev rule in place?");
        }
        return fitting.get(index);
    }

    private Delegate delegate() {
        long delegate = library.createDelegate(address, settings);
        if (delegate == 0) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    name,
                    address.path() + " is there but libedgetpu cannot open it: no permission (udev rule for 1a6e:089a"
                            + " and 18d1:9302), used by another process, or an option it does not know ("
                            + settings.delegateOptions() + ")");
        }
        return new Delegate() {
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

    public CoralAddress address() {
        return address;
    }

    @Override
    public Provenance provenance() {
        return library.isTestDouble() ? Provenance.DOUBLE : Provenance.SILICON;
    }

    /** @throws BadInputException no valid model, one that is not compiled, or for another chip or a newer runtime */
    @Override
    public Session open(String modelName, byte[] model) {
        CompiledModelCheck.require(modelName, model, library);
        return TfliteSession.open(modelName, model, SessionOptions.delegate(name, delegate()));
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
}
