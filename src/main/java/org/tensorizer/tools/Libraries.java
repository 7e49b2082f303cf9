package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorizer.device.coral.CoralAddress;
import org.tensorizer.device.coral.EdgeTpuLibrary;
import org.tensorizer.device.tflite.TfliteLibrary;

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

    /** @throws org.tensorizer.base.BadInputException there is none for this platform, or it cannot be loaded */
    Tflite tflite();

    /**
     * Empty where none is installed.
     *
     * @throws org.tensorizer.base.BadInputException there is one, but it cannot be loaded
     */
    Optional<EdgeTpu> edgeTpu();

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
        };
    }
}
