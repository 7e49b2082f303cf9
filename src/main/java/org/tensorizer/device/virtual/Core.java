package org.tensorizer.device.virtual;

import org.tensorizer.device.usb.Wire;

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
}
