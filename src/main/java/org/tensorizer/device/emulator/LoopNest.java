package org.tensorizer.device.emulator;

import org.tensorizer.dense.Field;
import org.tensorizer.dense.InstructionSet;
import org.tensorizer.dense.Opcode;
import org.tensorizer.dense.Walk;

/**
 * The addresses of a walk. When loop j steps, stride j is added once to the current address; nothing is reset implicitly:
 *
 * <pre>
 *   base; stride 1, limit 3; stride -3, limit 1  ->  base + 0 1 2 3 | 0 1 2 3
 *   base; stride 1, limit 3; stride  1, limit 1  ->  base + 0 1 2 3 | 4 5 6 7
 * </pre>
 *
 * An active loop moves on. An inactive one repeats: its stride leads back over what the inner loops covered, even where
 * it never steps.
 */
final class LoopNest {
    /** Far beyond any memory of a tile: a hostile limit must not cost more than its instruction. */
    private static final int MOST = 1 << 16;

    /** Inner loops of the tensor op may be active without a limit, outside of it only loop 0 may. */
    private static final int TENSOR_FREE_LOOPS = 3;

    private LoopNest() {}

    /** All addresses in order. The tail of the walk is not looked at. */
    static int[] addresses(Encoded at, String walkName) {
        Walk walk = InstructionSet.walk(at.opcode(), walkName);
        int active = walk.active().map(field -> at.get(field.name())).orElse(0);
        at.require((active & active + 1) == 0, "%s: active loops with a gap, 0x%x", walkName, active);
        long[] offsets = {0};
        for (int j = 0; j < walk.loops(); j++) {
            int limit = at.get(walk.limits().get(j).name());
            int stride = at.get(walk.strides().get(j).name());
            long last = offsets[offsets.length - 1];
            boolean moves = (active >> j & 1) != 0;
            checkFlag(at, walkName, j, limit, moves);
            at.require(
                    j == 0 || moves || stride == -last,
                    "%s: stride %d leads back by %d, the loops inside cover %d",
                    walkName,
                    j,
                    -stride,
                    last);
            if (limit > 0) {
                offsets = repeat(at, walkName, offsets, limit, last + stride);
            }
        }
        int base = walk.base().map(Field::name).map(at::get).orElse(0);
        return absolute(at, walkName, offsets, base);
    }

    private static void checkFlag(Encoded at, String walk, int j, int limit, boolean moves) {
        boolean free = j == 0 || at.opcode() == Opcode.TENSOR && j < TENSOR_FREE_LOOPS;
        at.require(free || limit > 0 || !moves, "%s: loop %d is active and has one step", walk, j);
        at.require(j > 0 || limit == 0 || moves, "%s: loop 0 has %d steps and is inactive", walk, limit + 1);
    }

    private static long[] repeat(Encoded at, String walk, long[] inner, int limit, long step) {
        long size = inner.length * (limit + 1L);
        at.require(size <= MOST, "%s: a walk of %d addresses", walk, size);
        long[] all = new long[(int) size];
        for (int i = 0; i <= limit; i++) {
            for (int k = 0; k < inner.length; k++) {
                all[i * inner.length + k] = inner[k] + i * step;
            }
        }
        return all;
    }

    private static int[] absolute(Encoded at, String walk, long[] offsets, int base) {
        int[] addresses = new int[offsets.length];
        for (int i = 0; i < addresses.length; i++) {
            long address = base + offsets[i];
            at.require(address == (int) address, "%s: address %d", walk, address);
            addresses[i] = (int) address;
        }
        return addresses;
    }

    /** Refuses an address below 0 or from {@code size} on. */
    static int[] requireWithin(Encoded at, String memory, int[] addresses, int size) {
        for (int address : addresses) {
            at.require(address >= 0 && address < size, "%s %d, the memory ends at %d", memory, address, size);
        }
        return addresses;
    }
}
