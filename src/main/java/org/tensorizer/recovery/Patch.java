package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A payload to ask questions of, with an identity for the record of answers. The bytes are not changed afterwards. */
final class Patch {
    private final byte[] payload;
    private final long id;

    Patch(byte[] payload) {
        this.payload = payload;
        this.id = fingerprint(payload);
    }

    byte[] payload() {
        return payload;
    }

    long id() {
        return id;
    }

    /** The first eight bytes of SHA-256. */
    static long fingerprint(byte[] bytes) {
        return ByteBuffer.wrap(sha256().digest(bytes)).getLong();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
