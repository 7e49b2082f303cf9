package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.device.Device;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.emulator.Rounding;
import org.tensorizer.isa.Activation;
import org.tensorizer.isa.DenseShape;
import org.tensorizer.isa.ParameterFormat;
import org.tensorizer.isa.Quantization;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/** Every product must be the sum of 64-bit products, whatever the numbers, the template and the chip's rounding. */
class ExactGemmTest {
    private static void check(ExactGemm exact, ByteMatrix w, ByteMatrix x) {
        IntMatrix y = exact.multiply(x);
        long[][] expected = Matrices.product(w, x);
        for (int v = 0; v < x.rows(); v++) {
            for (int o = 0; o < w.rows(); o++) {
                assertThat((long) y.at(v, o)).as("y[%d][%d]", v, o).isEqualTo(expected[v][o]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 64", "1, 1", "70, 300", "200, 256", "3, 1025", "5, 4097"})
    void randomNumbers(int outputs, int inputs) {
        ByteMatrix w = Matrices.random(outputs, inputs, 1);
        try (ExactGemm exact = ExactGemm.assemble(new EmulatorDevice(), w)) {
            check(exact, w, Matrices.random(2, inputs, 2));
        }
    }

    static Stream<Arguments> extremes() {
        return Stream.of(-128, 1, 85, 127).flatMap(w -> Stream.of(-128, -1, 127).map(x -> Arguments.of(w, x)));
    }

    @ParameterizedTest
    @MethodSource("extremes")
    void extremeNumbers(int weight, int input) {
        ByteMatrix w = Matrices.constant(3, 700, weight);
        try (ExactGemm exact = ExactGemm.assemble(new EmulatorDevice(), w)) {
            check(exact, w, Matrices.constant(1, 700, input));
        }
    }

    @Test
    void signsThatCancelAndSignsThatAddUp() {
        ByteMatrix w = ByteMatrix.zero(4, 512);
        ByteMatrix x = ByteMatrix.zero(4, 512);
        for (int in = 0; in < 512; in++) {
            for (int row = 0; row < 4; row++) {
                w.values()[row * 512 + in] = (byte) ((in >> row) % 2 == 0 ? 127 : -128);
                x.values()[row * 512 + in] = (byte) ((in >> row) % 2 == 0 ? 127 : -128);
            }
        }
        try (ExactGemm exact = ExactGemm.assemble(new EmulatorDevice(), w)) {
            check(exact, w, x);
        }
    }

    /** The one thing about the arithmetic that nobody has measured must not matter. */
    @Test
    void theRoundingOfHalvesDoesNotMatter() {
        ByteMatrix w = Matrices.random(40, 300, 5);
        Device other = new EmulatorDevice(ChipParameters.EDGE_TPU.withRounding(Rounding.HALF_AWAY_FROM_ZERO), true);
        try (ExactGemm exact = ExactGemm.assemble(other, w)) {
            check(exact, w, Matrices.random(4, 300, 6));
        }
    }

    static Stream<DenseTemplate> givenTemplates() {
        DenseShape uint8 = DenseShape.square(64, ParameterFormat.PER_CHANNEL_BIAS);
        float[] scales = new float[64];
        java.util.Arrays.fill(scales, 0.01f);
        return Stream.of(
                fixture("dense_256_int8_identity"),
                fixture("dense_256_uint8_per_channel"),
                DenseTemplate.assemble(DenseSpec.of(uint8)
                        .quantization(Quantization.perChannel(0.1f, 0, 0.1f, 3))
                        .weightScales(scales)
                        .bias(new int[64])
                        .weights(new byte[64 * 64])
                        .build()),
                DenseTemplate.assemble(DenseSpec.of(DenseShape.of(100, 130, ParameterFormat.PER_TENSOR))
                        .quantization(new Quantization(0.02f, 140, 0.004f, 128, 0.02f, 110))
                        .weights(new byte[100 * 130])
                        .build()));
    }

    private static DenseTemplate fixture(String name) {
        return DenseTemplate.read(Path.of("fixtures/templates/" + name + "_edgetpu.tflite"));
    }

    @ParameterizedTest
    @MethodSource("givenTemplates")
    void onTemplatesWithScalesAndZeroPointsOfTheirOwn(DenseTemplate template) {
        ByteMatrix w = Matrices.random(30, 270, 3);
        try (ExactGemm exact = ExactGemm.on(new EmulatorDevice(), template, w)) {
            check(exact, w, Matrices.random(2, 270, 4));
            assertThat(exact.plan().high() - exact.plan().low()).isGreaterThan(200);
        }
    }

    @Test
    void costsWhatThePlanSays() {
        ByteMatrix w = Matrices.random(64, 700, 1);
        CountingDevice device = new CountingDevice(new EmulatorDevice());
        try (ExactGemm exact = ExactGemm.assemble(device, w)) {
            exact.multiply(Matrices.random(3, 700, 2));
            assertThat(device.inferences.get()).isEqualTo((int) exact.plan().inferences(3));
            assertThat(device.opened.get()).isEqualTo(exact.plan().tiles());
            assertThat(exact.plan().rows()).isLessThanOrEqualTo(64 * ExactPlan.mostRows(700, -128, 127));
            assertThat(ExactGemm.plan(w)).isEqualTo(exact.plan());
            int before = device.inferences.get();
            exact.multiply(Matrices.constant(1, 700, 2)); // one bit
            assertThat(device.inferences.get() - before).isEqualTo(exact.plan().tiles());
        }
        assertThat(device.open.get()).isZero();
    }

    /** Weights of one sign fill half of a byte only; a bias moves them into its middle, where one row is enough for three. */
    @Test
    void takesBiasWhereThatSavesInferences() {
        ByteMatrix w = ByteMatrix.zero(1000, 4096);
        for (int out = 0; out < 1000; out++) {
            for (int n = 0; n < 255; n++) {
                w.values()[out * 4096 + n * 16 + out % 16] = 1;
            }
        }
        try (ExactGemm exact = ExactGemm.assemble(new EmulatorDevice(), w)) {
            assertThat(exact.plan().template().format()).isEqualTo(ParameterFormat.PER_TENSOR_BIAS);
            assertThat(exact.plan().tiles()).isEqualTo(1);
            assertThat(exact.plan().rows()).isEqualTo(1000);
            assertThat(exact.plan().reason())
                    .startsWith("a bias moves each row into the middle of the byte: 1000 rows, tiles: 1")
                    .contains("without bias 3000 rows, tiles: 2");
            check(exact, w, Matrices.constant(1, 4096, 127));
            check(exact, w, Matrices.random(1, 4096, 1));
        }
        ByteMatrix both = Matrices.random(60, 1024, 1);
        assertThat(ExactGemm.plan(both).template().format()).isEqualTo(ParameterFormat.PER_TENSOR);
    }

    @Test
    void zerosCostNothing() {
        CountingDevice device = new CountingDevice(new EmulatorDevice());
        ByteMatrix w = ByteMatrix.zero(10, 20);
        try (ExactGemm exact = ExactGemm.assemble(device, w)) {
            assertThat(exact.plan().rows()).isZero();
            check(exact, w, Matrices.random(2, 20, 1));
        }
        assertThat(device.inferences.get()).isZero();
    }

    @Test
    void refusesTemplatesWhoseOutputsCannotSayIt() {
        DenseTemplate relu =
                DenseTemplate.assemble(DenseSpec.of(new DenseShape(64, 64, ParameterFormat.PER_TENSOR, Activation.RELU))
                        .weights(new byte[64 * 64])
                        .build());
        assertThatThrownBy(() -> ExactGemm.on(new EmulatorDevice(), relu, Matrices.random(2, 2, 1)))
                .isInstanceOf(GemmException.class)
                .hasMessageContaining("no exact product on Dense 64 -> 64, PER_TENSOR, RELU");
        DenseTemplate coarse = DenseTemplate.assemble(DenseSpec.of(DenseShape.square(64, ParameterFormat.PER_TENSOR))
                .quantization(new Quantization(1, 128, 3, 128, 1, 128))
                .weights(new byte[64 * 64])
                .build());
        assertThatThrownBy(() -> ExactGemm.on(new EmulatorDevice(), coarse, Matrices.random(2, 2, 1)))
                .isInstanceOf(GemmException.class)
                .hasMessageContaining("multiplier 3.0");
    }

    @Test
    void refusesWhatDoesNotFit() {
        ByteMatrix w = Matrices.random(4, 6, 1);
        ExactGemm exact = ExactGemm.assemble(new EmulatorDevice(), w);
        assertThatThrownBy(() -> exact.multiply(new byte[7]))
                .isInstanceOf(GemmException.class)
                .hasMessageContaining("1 x 7")
                .hasMessageContaining("n x 6");
        exact.close();
        exact.close();
        assertThatThrownBy(() -> exact.multiply(new byte[6]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("multiply after close");
        assertThatThrownBy(() -> ExactGemm.plan(ByteMatrix.zero(1, 131_072)))
                .isInstanceOf(GemmException.class)
                .hasMessageContaining("1 x 131072");
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 2048})
    void largeRandomNumbers(int size) {
        ByteMatrix w = Matrices.random(size, size, size);
        try (ExactGemm exact = ExactGemm.assemble(new EmulatorDevice(), w)) {
            check(exact, w, Matrices.random(2, size, 9));
        }
    }
}
