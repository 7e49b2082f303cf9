package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DenseArithmeticTest {
    /** Scale 1/2: odd accumulators lie halfway. */
    @Test
    void halvesGoToEvenAndAreMarked() {
        DenseArithmetic.Prediction p = layer(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, new int[] {1, 3, 4, -1}, 128)
                .predict(new byte[] {10});
        assertThat(p.accumulators()).containsExactly(1, 3, 4, -1);
        assertThat(p.output()).containsExactly(7, 9, 9, 7);
        assertThat(p.ties().stream()).containsExactly(0, 1, 3);
        assertThat(p.unknown().isEmpty()).isTrue();
    }

    @Test
    void clampsBeforeTheZeroPointIsAdded() {
        DenseArithmetic.Prediction p =
                layer(new float[] {1, 1}, new int[] {100_000, -100_000}, 128).predict(new byte[] {10});
        assertThat(p.output()).containsExactly((byte) 255, (byte) 0);
    }

    @Test
    void whatNobodyKnowsIsMarked() {
        DenseArithmetic.Prediction overflow = layer(new float[] {1e-9f, 1e-9f}, new int[] {Integer.MAX_VALUE, 5}, 127)
                .predict(new byte[] {11});
        assertThat(overflow.accumulators()[0]).isEqualTo(Integer.MAX_VALUE + 1L);
        assertThat(overflow.unknown().stream()).containsExactly(0);
        assertThat(layer(new float[] {Float.NaN}, new int[] {0}, 128)
                        .predict(new byte[1])
                        .unknown()
                        .get(0))
                .isTrue();
        assertThat(layer(new float[] {1}, new int[] {0}, 256)
                        .predict(new byte[1])
                        .unknown()
                        .get(0))
                .isTrue();
    }

    @Test
    void inputMustHaveTheLayersSize() {
        DenseArithmetic layer = layer(new float[] {1}, new int[] {0}, 128);
        assertThatThrownBy(() -> layer.predict(new byte[2])).hasMessage("input of 2 bytes, expected 1");
    }

    /** One input with zero point 10, weight 0, output zero point 7. */
    private static DenseArithmetic layer(float[] scales, int[] bias, int weightZeroPoint) {
        int[] zeroPoints = new int[scales.length];
        Arrays.fill(zeroPoints, weightZeroPoint);
        return new DenseArithmetic(
                1, 10, 7, -7, 248, new DenseArithmetic.Channels(new byte[scales.length], zeroPoints, scales, bias));
    }
}
