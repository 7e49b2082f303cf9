package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;

/** Products by convolution on the emulated chip against the definition of a product. */
class ExactRowsTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 4, 5", "20, 30, 9", "17, 300, 40", "5, 64, 200"})
    void isTheExactProduct(int rows, int inputs, int outputs) {
        ByteMatrix a = random(rows, inputs, 1);
        ByteMatrix w = random(outputs, inputs, 2);
        AtomicLong inferences = new AtomicLong();
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            assertThat(new ExactRows(device).multiply(a, w, inferences::set)).isEqualTo(product(a, w));
            ProductChoice choice = ProductChoice.of(a, w);
            assertThat(choice.multiply(device, a, w, choice.isConvolution(), done -> {}))
                    .isEqualTo(product(a, w));
        }
        RowPlan plan = ExactRows.plan(rows, inputs, outputs);
        assertThat(inferences.get()).isEqualTo(plan.programs() * plan.inferences());
    }

    @Test
    void survivesTheExtremes() {
        byte[] least = new byte[2 * 260];
        java.util.Arrays.fill(least, Byte.MIN_VALUE);
        ByteMatrix a = ByteMatrix.of(2, 260, least);
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            assertThat(new ExactRows(device).multiply(a, a, done -> {}).at(1, 0))
                    .isEqualTo(260 * 128 * 128);
        }
    }

    @Test
    void realProductsStayWithinTheirBound() {
        Random random = new Random(5);
        float[] a = new float[30 * 24];
        float[] w = new float[7 * 24];
        for (int i = 0; i < a.length; i++) {
            a[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) random.nextGaussian() / 8;
        }
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            ExactRows.Real real =
                    new ExactRows(device).multiply(FloatMatrix.of(30, 24, a), FloatMatrix.of(7, 24, w), done -> {});
            for (int m = 0; m < 30; m++) {
                for (int n = 0; n < 7; n++) {
                    double expected = 0;
                    for (int k = 0; k < 24; k++) {
                        expected += (double) a[m * 24 + k] * w[n * 24 + k];
                    }
                    assertThat(Math.abs(real.product().at(m, n) - expected)).isLessThanOrEqualTo(real.bound());
                }
            }
        }
    }

    @Test
    void refusesWhatIsNoProduct() {
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            ExactRows rows = new ExactRows(device);
            assertThatThrownBy(() -> rows.multiply(ByteMatrix.zero(2, 3), ByteMatrix.zero(2, 4), done -> {}))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("expected the same K");
            FloatMatrix nan = FloatMatrix.of(1, 1, Float.NaN);
            assertThatThrownBy(() -> rows.multiply(nan, FloatMatrix.of(1, 1, 1f), done -> {}))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("NaN");
        }
        assertThatThrownBy(() -> RowPlan.of(0, 1, 1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> RowPlan.of(1, 100_000, 1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cut K");
    }

    @Test
    void manyRowsTakeFewInferences() {
        RowPlan plan = RowPlan.of(1024, 512, 512);
        assertThat(plan.inferences()).isEqualTo(1);
        assertThat(plan.image().rows()).isGreaterThanOrEqualTo(1024);
        assertThat(plan.seconds()).isLessThan(1024 * CoralPlan.Rate.INFERENCE.value());
    }

    private static ByteMatrix random(int rows, int columns, long seed) {
        byte[] values = new byte[rows * columns];
        new Random(seed).nextBytes(values);
        return ByteMatrix.of(rows, columns, values);
    }

    private static IntMatrix product(ByteMatrix a, ByteMatrix w) {
        int[] values = new int[a.rows() * w.rows()];
        for (int m = 0; m < a.rows(); m++) {
            for (int n = 0; n < w.rows(); n++) {
                for (int k = 0; k < a.columns(); k++) {
                    values[m * w.rows() + n] += a.at(m, k) * w.at(n, k);
                }
            }
        }
        return IntMatrix.of(a.rows(), w.rows(), values);
    }
}
