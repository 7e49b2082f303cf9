package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.dense.Quantization;

/**
 * Outputs of a real Coral, published as FNV-1a-64 hashes: Dense 896 and 1792, all weights 0 and all weights 1, input byte i
 * = i % 251. Source: RingCanary/coral-usb-oxidized, milestone3_param_stream_dut_matrix, 2026.
 *
 * <p>The ratio of input to output scale was not published; it is the one number chosen here, in the interval in which all
 * four hashes come out.
 */
class PublishedOutputsTest {
    private static final float WEIGHT_SCALE = (float) (1 / 127.0);
    private static final float INPUT_SCALE = 0.01227f;

    @ParameterizedTest
    @CsvSource({
        "896, 128, dd9d1c974751a925",
        "896, 255, 3676a5a2d8c1a925",
        "1792, 128, affad9e3b4d52f25",
        "1792, 255, 4f160d7274622f25"
    })
    void hashesOfARealCoral(int n, int weight, String hash) {
        Quantization quantization = new Quantization(INPUT_SCALE, 128, WEIGHT_SCALE, 128, 1, 128);
        byte[] in = new byte[n];
        for (int i = 0; i < n; i++) {
            in[i] = (byte) (i % 251);
        }
        byte[] out = TestDense.constant(n, weight, quantization).compiled().run(in);
        assertThat(Long.toHexString(fnv1a(out)))
                .as("outputs %d, ...", out[0] & 0xff)
                .isEqualTo(hash);
    }

    private static long fnv1a(byte[] bytes) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }
}
