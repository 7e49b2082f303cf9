package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Scalar;
import org.tensorizer.model.Relocation;

/** Fills addresses into the instructions of a chunk, each into an empty immediate of its own. */
final class Relocator {
    private final ByteBuffer bytes;
    private final BitSet used = new BitSet();

    /** @param chunk changed in its place */
    Relocator(byte[] chunk) {
        bytes = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** @return false, and nothing is written, where there is no empty immediate */
    boolean write(Relocation relocation, long address) {
        int bit = relocation.bit();
        int bundle = bit / Opcode.BUNDLE_BITS;
        boolean immediate = bit % Opcode.BUNDLE_BITS == Scalar.IMMEDIATE.bit()
                && !used.get(bundle)
                && Scalar.isEmptyMove(bytes, bundle * Opcode.BUNDLE_BYTES);
        if (immediate) {
            used.set(bundle);
            int half = (int) (relocation.half() == Relocation.Half.UPPER ? address >>> 32 : address);
            long word = Integer.toUnsignedLong(half) << bit % 8;
            for (int k = 0; k < 5; k++) {
                int at = bit / 8 + k;
                bytes.put(at, (byte) (bytes.get(at) | word >>> 8 * k));
            }
        }
        return immediate;
    }
}
