package org.tensorizer.patch;

import java.util.Arrays;
import java.util.Random;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;

/** Bytes as the payload stores them, for regions of any kind. */
public sealed interface BytePattern extends Pattern {
    /**
     * Puts the pattern over the bytes of a region.
     *
     * @param bytes what the region holds, in its order; changed in place
     * @throws BadInputException the pattern has another length
     */
    void apply(byte[] bytes);

    @Override
    default Region defaultRegion() {
        return Region.payload();
    }

    /** All bytes 0. */
    record Zero() implements BytePattern {
        @Override
        public void apply(byte[] bytes) {
            Arrays.fill(bytes, (byte) 0);
        }

        @Override
        public String toString() {
            return "zero";
        }
    }

    /**
     * All bytes the same.
     *
     * @param value 0 to 255
     */
    record Fill(int value) implements BytePattern {
        public Fill {
            requireByte(value);
        }

        @Override
        public void apply(byte[] bytes) {
            Arrays.fill(bytes, (byte) value);
        }

        @Override
        public String toString() {
            return "byte:" + value;
        }
    }

    /** Byte n is n % 256. */
    record Ramp() implements BytePattern {
        @Override
        public void apply(byte[] bytes) {
            for (int n = 0; n < bytes.length; n++) {
                bytes[n] = (byte) n;
            }
        }

        @Override
        public String toString() {
            return "ramp";
        }
    }

    /**
     * Exclusive or.
     *
     * @param mask 0 to 255
     */
    record Xor(int mask) implements BytePattern {
        public Xor {
            requireByte(mask);
        }

        @Override
        public void apply(byte[] bytes) {
            for (int n = 0; n < bytes.length; n++) {
                bytes[n] ^= (byte) mask;
            }
        }

        @Override
        public String toString() {
            return "xor:" + mask;
        }
    }

    /**
     * Bytes of {@link Random}, whose sequence Java specifies.
     *
     * @param seed of the generator
     */
    record RandomBytes(long seed) implements BytePattern {
        @Override
        public void apply(byte[] bytes) {
            new Random(seed).nextBytes(bytes);
        }

        @Override
        public String toString() {
            return "random:" + seed;
        }
    }

    /** Bytes that somebody gave. */
    final class Given implements BytePattern {
        private final String source;
        private final byte[] bytes;

        Given(String source, byte[] bytes) {
            this.source = source;
            this.bytes = bytes.clone();
        }

        @Override
        public void apply(byte[] region) {
            if (region.length != bytes.length) {
                throw new BadInputException(
                        source + " has " + bytes.length + " bytes, the region has " + region.length);
            }
            System.arraycopy(bytes, 0, region, 0, bytes.length);
        }

        @Override
        public String toString() {
            return source + " (" + bytes.length + " bytes, SHA-256 " + Sha256.of(bytes) + ")";
        }
    }

    private static void requireByte(int value) {
        if (value < 0 || value > 255) {
            throw new BadInputException("byte value " + value + ", expected 0 to 255");
        }
    }
}
