package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.isa.DenseShape;
import org.tensorizer.isa.ParameterFormat;

/** Products on the emulated chip against sums that this test computes itself. */
class GemmTest {
    @ParameterizedTest
    @CsvSource({"64, 64", "70, 30", "200, 64", "64, 200", "1, 1", "150, 333"})
    void anySizeOnOneTemplate(int outputs, int inputs) {
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_TENSOR);
        ByteMatrix w = Matrices.random(outputs, inputs, 1);
        ByteMatrix x = Matrices.random(5, inputs, 2);
        try (Gemm gemm = Gemm.assemble(
                new EmulatorDevice(), GemmPlan.on(shape, outputs, inputs), Matrices.quantization(64, 10, -3))) {
            gemm.weights().set(w);
            CheckedProduct y = gemm.applyChecked(x);
            assertThat(y.check().differing()).isZero();
            assertThat(y.product()).isEqualTo(Matrices.steps(gemm, w, x));
            assertThat(gemm.weights().weights()).isEqualTo(w);
        }
    }
}
