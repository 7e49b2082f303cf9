package org.tensorizer.device.emulator;

/** The host's memory, as a running program reaches it. */
public interface HostPort {
    /**
     * Bytes for the chip.
     *
     * @param transfer of kind INPUT or PARAMETERS
     * @param into receives {@code transfer.size()} bytes from {@code at} on
     */
    void read(Transfer transfer, byte[] into, int at);

    /**
     * Bytes from the chip.
     *
     * @param transfer of kind OUTPUT
     * @param from holds {@code transfer.size()} bytes from {@code at} on; not to be kept
     */
    void write(Transfer transfer, byte[] from, int at);
}
