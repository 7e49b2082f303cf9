package org.tensorizer.device.emulator;

import org.tensorizer.base.Printable;
import org.tensorizer.model.Executable;

/** Holds executables to what the emulated chip can run, beside their instructions. */
final class ExecutableCheck {
    private ExecutableCheck() {}

    static void kind(Executable executable) {
        require(
                executable.chip().isEmpty() || executable.chip().equals(Executable.EDGE_TPU),
                executable,
                "chip",
                Executable.EDGE_TPU,
                Printable.name(executable.chip()));
        require(executable.batchSize() == 1, executable, "batch size", 1, executable.batchSize());
        require(executable.scratchBytes() >= 0, executable, "scratch bytes", "0 or more", executable.scratchBytes());
        require(!executable.useTpuDram(), executable, "parameters in the chip's DRAM", false, true);
        require(!executable.chunks().isEmpty(), executable, "instruction chunks", "some", "none");
    }

    private static void require(boolean met, Executable executable, String what, Object expected, Object found) {
        if (!met) {
            throw new UnsupportedProgramException(executable.type() + " executable at byte "
                    + executable.range().start() + ": " + what + ": expected " + expected + ", found " + found);
        }
    }
}
