package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

class TensorTest {
    @Test
    void elementsAreCountedUpToTheLargestLong() {
        assertThat(ofShape().elements()).isOne();
        assertThat(ofShape(3, 0, 5).elements()).isZero();
        assertThat(ofShape(7, 7, 73, 127, 337, 92_737, 649_657).elements()).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> ofShape(1 << 30, 1 << 30, 8).elements())
                .isInstanceOf(BadInputException.class)
                .hasMessage("tensor 6: expected dimensions from 0 on with a product below 2^63, found 8 among 3");
        assertThatThrownBy(() -> ofShape(2, -1).elements()).hasMessageContaining("found -1 among 2");
    }

    @Test
    void oneScaleAndOneZeroPointAreForTheWholeTensor() {
        Tensor one = quantized(List.of(0.5f), List.of(-7L));
        assertThat(one.isQuantizedPerTensor()).isTrue();
        assertThat(one.scale()).isEqualTo(0.5f);
        assertThat(one.zeroPoint()).isEqualTo(-7);

        for (Tensor other : List.of(
                quantized(List.of(0.5f), List.of(1L, 2L)),
                quantized(List.of(0.5f, 0.25f), List.of(1L)),
                quantized(List.of(), List.of()))) {
            assertThat(other.isQuantizedPerTensor()).isFalse();
            assertThatThrownBy(other::scale)
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("expected one scale and one zero point");
            assertThatThrownBy(other::zeroPoint).isInstanceOf(BadInputException.class);
        }
    }

    private static Tensor ofShape(Integer... shape) {
        return new Tensor(
                6, "t", TensorType.INT8, List.of(shape), List.of(), List.of(), 0, 0, new ByteRange(0, 0), false);
    }

    private static Tensor quantized(List<Float> scales, List<Long> zeroPoints) {
        return new Tensor(6, "t", TensorType.INT8, List.of(), scales, zeroPoints, 0, 0, new ByteRange(0, 0), false);
    }
}
