package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import org.tensorizer.base.Sha256;

/**
 * Parameters as the chip holds them after a PARAMETER_CACHING program. Two are the same if program and bytes are, whatever
 * their tokens say.
 */
final class Payload {
    private static final ByteBuffer[] NONE = {};

    private final Program program;
    private final ByteBuffer bytes;
    private final boolean borrowed;
    private String digest;

    /**
     * @param program takes the bytes in
     * @param bytes direct
     * @param borrowed the bytes are the caller's and may change when the chip holds others
     */
    Payload(Program program, ByteBuffer bytes, boolean borrowed) {
        this.program = program;
        this.bytes = bytes;
        this.borrowed = borrowed;
    }

    /** Whether the chip needs nothing to go from the other to this one. */
    boolean sameAs(Payload other) {
        if (other == this) {
            return true;
        }
        return other != null
                && !borrowed
                && !other.borrowed
                && bytes.remaining() == other.bytes.remaining()
                && digest().equals(other.digest());
    }

    private synchronized String digest() {
        if (digest == null) {
            digest = Sha256.of(bytes) + program.digest();
        }
        return digest;
    }

    /** The event that ends it may still be to come afterwards. */
    void send(ChipPipes pipes) {
        program.expect(pipes);
        program.run(pipes, NONE, NONE, bytes, null);
    }
}
