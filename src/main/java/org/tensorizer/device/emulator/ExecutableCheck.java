package org.tensorizer.device.emulator;

import java.util.List;
import org.tensorizer.base.Printable;
import org.tensorizer.model.DataType;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Relocation;

/** Holds executables to what the emulated chip can run, beside their instructions. */
final class ExecutableCheck {
    private static final String CHIP = "beagle";

    /** Inputs and outputs are sent in units of so many bytes. */
    private static final int UNIT = 8;

    private ExecutableCheck() {}

    static void parameters(Executable execution, Executable caching) {
        require(execution.parameters().isEmpty(), execution, "parameters", "none", execution.parameters());
        require(!caching.parameters().isEmpty(), caching, "parameters", "some", "none");
    }

    /** One input and one output, of the sizes that the program asks for and gives. */
    static void layers(Executable execution, Dataflow dataflow) {
        layer(execution, execution.inputLayers(), "input", dataflow.inputBytes());
        layer(execution, execution.outputLayers(), "output", dataflow.outputBytes());
        names(execution);
    }

    static void kind(Executable executable) {
        require(
                executable.chip().isEmpty() || executable.chip().equals(CHIP),
                executable,
                "chip",
                CHIP,
                Printable.name(executable.chip()));
        require(executable.batchSize() == 1, executable, "batch size", 1, executable.batchSize());
        require(executable.scratchBytes() == 0, executable, "scratch bytes", 0, executable.scratchBytes());
        require(!executable.useTpuDram(), executable, "parameters in the chip's DRAM", false, true);
        int chunks = executable.chunks().size();
        require(chunks == 1, executable, "instruction chunks", 1, chunks);
    }

    private static void layer(Executable executable, List<Layer> layers, String role, int bytes) {
        require(layers.size() == 1, executable, role + " layers", 1, layers.size());
        Layer layer = layers.get(0);
        boolean byteType = layer.type() == DataType.FIXED_POINT8 || layer.type() == DataType.SIGNED_FIXED_POINT8;
        require(byteType, executable, role + " type", "8-bit", layer.type());
        require(
                layer.executionsPerInference() == 1,
                executable,
                role + " executions",
                1,
                layer.executionsPerInference());
        require(layer.sizeBytes() == bytes, executable, role + " bytes (padded)", bytes, layer.sizeBytes());
        require(
                layer.unpaddedBytes() > bytes - (long) UNIT && layer.unpaddedBytes() <= bytes,
                executable,
                role + " elements",
                "up to " + bytes,
                layer.unpaddedBytes());
    }

    private static void require(boolean met, Executable executable, String what, Object expected, Object found) {
        if (!met) {
            throw new UnsupportedProgramException(executable.type() + " executable at byte "
                    + executable.range().start() + ": " + what + ": expected " + expected + ", found " + found);
        }
    }

    private static void names(Executable execution) {
        for (Relocation relocation : execution.chunks().get(0).relocations()) {
            Layer layer = switch (relocation.kind()) {
                case INPUT -> execution.inputLayers().get(0);
                case OUTPUT -> execution.outputLayers().get(0);
                case PARAMETER, SCRATCH -> null;
            };
            if (layer != null) {
                require(
                        layer.name().equals(relocation.name()),
                        execution,
                        "layer of the relocation at bit " + relocation.bit(),
                        Printable.name(layer.name()),
                        Printable.name(relocation.name()));
            }
        }
    }
}
