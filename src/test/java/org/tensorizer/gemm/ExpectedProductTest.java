package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.tensorizer.gemm.GemmCheck.ExpectedProduct;
import org.tensorizer.layout.DenseLayout.WeightBlock;
import org.tensorizer.template.DenseArithmetic;

/** Two vectors, five outputs; a tile of four outputs stands for outputs 2 to 4, its fourth is padding. */
class ExpectedProductTest {
    private static final WeightBlock BLOCK = new WeightBlock(2, 0, 3, 1);

    private static BitSet bits(int... bits) {
        BitSet set = new BitSet();
        for (int bit : bits) {
            set.set(bit);
        }
        return set;
    }

    private static void mark(ExpectedProduct expected, int row, BitSet ties, BitSet clipped, BitSet unknown) {
        expected.mark(row, BLOCK, new DenseArithmetic.Prediction(new byte[4], new long[4], ties, clipped, unknown));
    }

    private static IntMatrix answers(int... steps) {
        return IntMatrix.of(2, 5, steps);
    }

    @Test
    void marksStandAtTheirVectorAndOutputAndPaddingHasNone() {
        ExpectedProduct expected = new ExpectedProduct(2, 5);
        mark(expected, 0, bits(0, 3), bits(1, 3), bits(2, 3));
        mark(expected, 1, bits(2, 3), bits(0, 3), bits(1, 3));

        GemmCheck check = expected.compare(answers(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "device");
        assertThat(check.ties()).isEqualTo(bits(2, 9));
        assertThat(check.clipped()).isEqualTo(bits(3, 7));
        assertThat(check.unknown()).isEqualTo(bits(4, 8));
        assertThat(check.unexplained()).isZero();
        assertThat(check)
                .hasToString("device: 0 of 10 outputs differ; 2 clipped, 2 depend on how ties are rounded, 2 unknown");
    }

    @Test
    void aTieExplainsOneStepEachAndNothingIsAskedOfTheUnknown() {
        ExpectedProduct expected = new ExpectedProduct(2, 5);
        mark(expected, 0, bits(0), bits(), bits());
        mark(expected, 0, bits(0), bits(), bits(2));

        GemmCheck explained = expected.compare(answers(0, 0, -2, 0, 99, 0, 0, 0, 0, 0), "device");
        assertThat(explained.differing()).isEqualTo(2);
        assertThat(explained.unexplained()).isZero();
        assertThat(explained.largest()).isEqualTo(99);

        GemmCheck wrong = expected.compare(answers(1, 0, 3, 0, 0, 0, 0, 0, 0, -1), "device");
        assertThat(wrong.differing()).isEqualTo(3);
        assertThat(wrong.unexplained()).isEqualTo(3);
        assertThat(wrong.unexplained()).isPositive();
        assertThat(wrong.toString())
                .startsWith("device: 3 of 10 outputs differ, largest difference 3, 3 not explained by ties; 0 clipped");
        GemmCheck sound = new ExpectedProduct(1, 1).compare(IntMatrix.of(1, 1, 0), "device");
        assertThat(sound).hasToString("device: 0 of 1 outputs differ; 0 clipped, 0 depend on how ties are rounded");
    }
}
