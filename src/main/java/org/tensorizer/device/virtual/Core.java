package org.tensorizer.device.virtual;

import java.util.Arrays;
import java.util.Optional;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatedChip;
import org.tensorizer.device.emulator.LinkedProgram;
import org.tensorizer.device.emulator.LinkedStep;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.device.emulator.Transfer;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Tag;
import org.tensorizer.isa.Chip;

/**
 * What executes the programs of a virtual Coral.
 *
 * <p>Thread safety: used by one thread.
 */
interface Core {
    /** What the chip reads and writes over USB. */
    interface Port {
        /**
         * How long the program takes on silicon: no output and no completion before that, if the device keeps a pace.
         *
         * @param cycles of the tile that has most to do
         */
        void takes(long cycles);

        /**
         * The next bytes of a tag; waits until the host has sent them.
         *
         * @param into gets them, from {@code at} on
         * @throws Aborted the program is over
         */
        void read(Wire.Tag tag, byte[] into, int at, int length);

        /**
         * Sends output bytes, not copied; waits while the host reads too slowly.
         *
         * @throws Aborted the program is over
         */
        void write(byte[] output);
    }

    /** The program must not go on: the device was reset, or a fault on request ends it. */
    final class Aborted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Aborted(String why) {
            super(why, null, false, false);
        }
    }

    /** Forgets everything, as without power. */
    void clear();

    /**
     * Executes one chunk of a program.
     *
     * @return whether this ended the program with an interrupt to the host
     * @throws Aborted from the port
     * @throws org.tensorizer.base.BadInputException it does not know what the chip would do; names instruction and reason
     */
    boolean execute(byte[] chunk, Port port);

    /** The emulated Edge TPU as the chip of a virtual Coral. */
    final class Emulated implements Core {
        private final EmulatedChip chip;
        private LinkedProgram last;
        private long cycles;

        Emulated(ChipParameters parameters) {
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
            chip.run(new Transfer.Port() {
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
                for (LinkedStep step : program.steps()) {
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
}
