package org.tensorizer.device.coral;

import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** What can be known about a model before libedgetpu sees it. */
final class CompiledModelCheck {
    /** The chip of every Coral product; edgetpu_compiler writes it into each executable (seen in all models). */

    private CompiledModelCheck() {}

    static void require(TfliteModel model, EdgeTpuLibrary library) {
        require(model, library.runtimeVersion().orElse(Integer.MAX_VALUE), library.version());
    }

    static void require(TfliteModel model, int runtimeVersion, String runtime) {
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
}
