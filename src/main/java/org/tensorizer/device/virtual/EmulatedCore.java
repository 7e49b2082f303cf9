package org.tensorizer.device.virtual;

import java.util.Arrays;
import java.util.Optional;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatedChip;
import org.tensorizer.device.emulator.HostPort;
import org.tensorizer.device.emulator.LinkedProgram;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.device.emulator.Step;
import org.tensorizer.device.emulator.Transfer;
import org.tensorizer.device.usb.Wire.Tag;
import org.tensorizer.isa.Chip;

/** The emulated Edge TPU as the chip of a virtual Coral. */
final class EmulatedCore implements Core {
    private final EmulatedChip chip;
    private LinkedProgram last;
    private long cycles;

    EmulatedCore(ChipParameters parameters) {
        chip = new EmulatedChip(parameters);
    }

    @Override
    public void clear() {
        chip.clear();
    }

    @Override
    public boolean execute(byte[] chunk, Port port) {
        Optional<LinkedProgram> program = chip.take(chunk);
        if (program.isEmpty()) {
            return false;
        }
        port.takes(cycles(program.get()));
        chip.run(new HostPort() {
            @Override
            public void read(Transfer transfer, byte[] into, int at) {
                Tag tag = transfer.kind() == Transfer.Kind.PARAMETERS ? Tag.PARAMETERS : Tag.INPUT;
                port.read(tag, into, at, transfer.size());
            }

            @Override
            public void write(Transfer transfer, byte[] from, int at) {
                port.write(Arrays.copyOfRange(from, at, at + transfer.size()));
            }
        });
        return true;
    }

    /** A step of an op takes a cycle; what moves bytes is taken to go on beside it. */
    private long cycles(LinkedProgram program) {
        if (program != last) {
            long[] tiles = new long[Chip.TILES];
            for (Step step : program.steps()) {
                if (step instanceof Operation operation) {
                    for (int tile : operation.tiles()) {
                        tiles[tile] += operation.to() - operation.from();
                    }
                }
            }
            cycles = Arrays.stream(tiles).max().orElse(0);
            last = program;
        }
        return cycles;
    }
}
