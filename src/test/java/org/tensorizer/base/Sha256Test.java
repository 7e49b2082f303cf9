package org.tensorizer.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The example of FIPS 180-4, whole and as a part of a buffer. */
class Sha256Test {
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void ofAnArray() {
        assertThat(Sha256.of("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(OF_ABC);
    }

    @Test
    void ofWhatIsBetweenPositionAndLimitWhichStay() {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode("xxabcx").asReadOnlyBuffer();
        bytes.position(2).limit(5);
        assertThat(Sha256.of(bytes)).isEqualTo(OF_ABC);
        assertThat(bytes.position()).isEqualTo(2);
        assertThat(bytes.limit()).isEqualTo(5);
    }
}
