package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;

class MatrixTest {
    @Test
    void elementsStandRowAfterRow() {
        ByteMatrix bytes = ByteMatrix.of(2, 3, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 6);
        IntMatrix ints = IntMatrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        FloatMatrix floats = FloatMatrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        for (Matrix matrix : List.of(bytes, ints, floats)) {
            assertThat(matrix).hasToString("2 x 3");
            assertThat(matrix.index(1, 2)).isEqualTo(5);
            for (int[] outside : new int[][] {{-1, 0}, {2, 0}, {0, -1}, {0, 3}}) {
                assertThatThrownBy(() -> matrix.index(outside[0], outside[1]))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessage("element [" + outside[0] + "][" + outside[1] + "] of a matrix of 2 x 3");
            }
        }
        assertThat(bytes.row(1)).containsExactly(4, 5, 6);
        assertThat(ints.row(1)).containsExactly(4, 5, 6);
        assertThat(bytes.at(0, 2)).isEqualTo((byte) 3);
        assertThat(ints.at(0, 2)).isEqualTo(3);
        assertThat(floats.at(0, 2)).isEqualTo(3);
    }

    @Test
    void equalsByShapeAndElements() {
        differ(ByteMatrix.zero(2, 3), ByteMatrix.zero(2, 3), ByteMatrix.zero(3, 2), Matrices.constant(2, 3, 1));
        differ(IntMatrix.zero(2, 3), IntMatrix.zero(2, 3), IntMatrix.zero(3, 2), IntMatrix.of(2, 3, 1, 0, 0, 0, 0, 0));
        differ(
                FloatMatrix.zero(2, 3),
                FloatMatrix.zero(2, 3),
                FloatMatrix.zero(3, 2),
                FloatMatrix.of(2, 3, 1, 0, 0, 0, 0, 0));
    }

    private static void differ(Matrix one, Matrix same, Matrix otherShape, Matrix otherElements) {
        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(one).isNotEqualTo(otherShape).isNotEqualTo(otherElements).isNotEqualTo("2 x 3");
        assertThat(one.hashCode()).isNotEqualTo(otherShape.hashCode()).isNotEqualTo(otherElements.hashCode());
    }

    @Test
    void aMatrixHasElementsAndTheyFitAnArray() {
        assertThat(Matrix.size(1, Integer.MAX_VALUE - 8)).isEqualTo(Integer.MAX_VALUE - 8);
        for (int[] size : new int[][] {{1, Integer.MAX_VALUE - 7}, {0, 1}, {1, 0}, {1 << 16, 1 << 16}}) {
            assertThatThrownBy(() -> Matrix.size(size[0], size[1]))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageStartingWith("matrix of " + size[0] + " x " + size[1] + ", expected at least 1 x 1");
        }
        assertThatThrownBy(() -> IntMatrix.of(2, 2, 1)).hasMessage("matrix of 2 x 2 = 4 elements, found 1");
        assertThatThrownBy(() -> FloatMatrix.of(2, 2, 1)).isInstanceOf(BadInputException.class);
    }

    @Test
    void scalesAreNormalNumbers() {
        assertThat(WeightScales.perTensor(Float.MIN_NORMAL).isPerChannel()).isFalse();
        assertThat(WeightScales.perChannel(1, 2).isPerChannel()).isTrue();
        assertThat(WeightScales.perTensor(0.5f)).hasToString("scale 0.5");
        assertThat(WeightScales.perChannel(1, 2, 3, 4, 5)).hasToString("5 scales [1.0, 2.0, 3.0, 4.0]");
        assertThatThrownBy(() -> WeightScales.perTensor(Math.nextDown(Float.MIN_NORMAL)))
                .isInstanceOf(BadInputException.class);
    }
}
