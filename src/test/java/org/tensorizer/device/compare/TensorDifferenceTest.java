package org.tensorizer.device.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TensorDifferenceTest {
    @Test
    void aStepIsOneOfTheElementType() {
        byte[] a = {127, 0, (byte) 255, 3};
        byte[] b = {(byte) 128, 0, 0, 4};
        assertThat(Disagreement.TensorDifference.of("INT8", a, b))
                .isEqualTo(new Disagreement.TensorDifference(4, 3, 1, 255, 0));
        assertThat(Disagreement.TensorDifference.of("UINT8", a, b))
                .isEqualTo(new Disagreement.TensorDifference(4, 3, 1, 255, 0));
    }

    @Test
    void wideElementsAreLittleEndian() {
        byte[] a = {0, 1, 5, 0};
        byte[] b = {0, 2, 4, 0};
        assertThat(Disagreement.TensorDifference.of("INT16", a, b))
                .isEqualTo(new Disagreement.TensorDifference(2, 2, 1, 256, 0));
        assertThat(Disagreement.TensorDifference.of("INT32", a, b))
                .isEqualTo(new Disagreement.TensorDifference(1, 1, 1, 65536 - 256, 0));
    }

    @Test
    void floatsAreComparedAsNumbers() {
        byte[] a = floats(1.5f, Float.NaN, 0f, Float.NaN);
        byte[] b = floats(1f, Float.NaN, -0f, 2f);
        Disagreement.TensorDifference difference = Disagreement.TensorDifference.of("FLOAT32", a, b);
        assertThat(difference.differing()).isEqualTo(2);
        assertThat(difference.first()).isZero();
        assertThat(difference.largest()).isInfinite();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }
}
