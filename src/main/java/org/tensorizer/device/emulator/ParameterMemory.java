package org.tensorizer.device.emulator;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.tensorizer.device.DeviceFault;

/**
 * Which parameters the chip holds, and how the runtime decides whether to send them again: by the parameter-caching token
 * and the address of the executable, not by the bytes. So two models with one token get into each other's way: A, B, A
 * gives B's outputs the third time; and a model that is opened where another was closed is not sent at all. Closing every
 * session closes the device, and all is forgotten.
 *
 * <p>Source: observed on the public libedgetpu with an emulated USB device; the outcome on silicon is derived. Addresses
 * are modelled as numbers, the lowest free one is taken. Thread-safe.
 */
final class ParameterMemory {
    private final String device;
    private final BitSet addresses = new BitSet();
    private final Set<Integer> sent = new HashSet<>();
    private long token;
    private WideContents contents = WideContents.NOTHING;
    private EmulatedProgram last;

    ParameterMemory(String device) {
        this.device = device;
    }

    /** A session opens: the address of its executable. */
    synchronized int open() {
        int address = addresses.nextClearBit(0);
        addresses.set(address);
        return address;
    }

    /** A session closes. */
    synchronized void close(int address) {
        addresses.clear(address);
        if (addresses.isEmpty()) {
            sent.clear();
            token = 0;
            contents = WideContents.NOTHING;
            last = null;
        }
    }

    /**
     * Before an inference: sends the parameters unless the runtime thinks they are there.
     *
     * @return what the chip holds instead of the program's own parameters; null if it holds those
     * @throws DeviceFault the token is 0, which libedgetpu refuses
     */
    synchronized WideContents prepare(EmulatedProgram program, int address) {
        long own = program.cachingToken();
        if (own == 0) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    device,
                    "Parameter caching tag is not set: the PARAMETER_CACHING executable has token 0");
        }
        boolean trusted = own == program.executionToken() && own == token && sent.contains(address);
        if (!trusted) {
            if (own != token) {
                sent.clear();
                token = own;
            }
            sent.add(address);
            if (last != program) {
                contents = contents.overwrittenBy(program.parameters());
                last = program;
            }
        }
        return last == program ? null : contents;
    }
}
