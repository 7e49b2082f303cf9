package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
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
    /**
     * Parameters of one program.
     *
     * @param image which bytes of the payload lie in which row
     * @param bytes the parameter stream; not copied, must not change
     */
    record Sent(ParameterImage image, byte[] bytes) {
        static final Sent NOTHING = new Sent(ParameterImage.EMPTY, new byte[0]);
    }

    private final String device;
    private final BitSet addresses = new BitSet();
    private final Set<Integer> sent = new HashSet<>();
    private long token;
    private Contents contents = Contents.NOTHING;
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
            contents = Contents.NOTHING;
            last = null;
        }
    }

    /**
     * Before an inference: sends the parameters unless the runtime thinks they are there.
     *
     * @return what the chip holds instead of the program's own parameters; null if it holds those
     * @throws DeviceFault the token is 0, which libedgetpu refuses
     */
    synchronized Contents prepare(EmulatedProgram program, int address) {
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

    /**
     * What the wide memory of all tiles holds: the parameters that were sent, newest first. Each overwrites its rows, all
     * others stay; what is overwritten altogether is forgotten. Immutable.
     *
     * @param sent newest first
     */
    record Contents(List<Sent> sent) {
        /** A chip that was just switched on. */
        static final Contents NOTHING = new Contents(List.of());

        /** After another PARAMETER_CACHING stream has run. */
        Contents overwrittenBy(Sent next) {
            List<Sent> left = new ArrayList<>(List.of(next));
            sent.stream().filter(old -> !next.image().covers(old.image())).forEach(left::add);
            return new Contents(List.copyOf(left));
        }

        /** All of it as if it had been sent at once: one payload behind the other. */
        Sent merged() {
            Sent merged = sent.get(sent.size() - 1);
            for (int i = sent.size() - 2; i >= 0; i--) {
                byte[] first = merged.bytes();
                byte[] second = sent.get(i).bytes();
                byte[] both = Arrays.copyOf(first, first.length + second.length);
                System.arraycopy(second, 0, both, first.length, second.length);
                merged = new Sent(merged.image().overwrittenBy(sent.get(i).image(), first.length), both);
            }
            return merged;
        }
    }
}
