package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.ChipParameters.Rounding;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.model.TfliteModel;
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
        return DenseTemplate.of(TfliteModel.read(Path.of("fixtures/templates/" + name + "_edgetpu.tflite")));
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
            assertThat(device.opened.get()).isEqualTo(exact.plan().blocks());
            assertThat(exact.plan().rows()).isLessThanOrEqualTo(64 * DigitRowsTest.mostRows(700, -128, 127));
            assertThat(ExactGemm.plan(w)).isEqualTo(exact.plan());
            int before = device.inferences.get();
            exact.multiply(Matrices.constant(1, 700, 2)); // one bit
            assertThat(device.inferences.get() - before).isEqualTo(exact.plan().blocks());
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
            assertThat(exact.plan().blocks()).isEqualTo(1);
            assertThat(exact.plan().rows()).isEqualTo(1000);
            assertThat(exact.plan().reason())
                    .startsWith("a bias moves each row into the middle of the byte: 1000 rows, blocks: 1")
                    .contains("without bias 3000 rows, blocks: 2");
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
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no exact product on Dense 64 -> 64, PER_TENSOR, RELU");
        DenseTemplate coarse = DenseTemplate.assemble(DenseSpec.of(DenseShape.square(64, ParameterFormat.PER_TENSOR))
                .quantization(new Quantization(1, 128, 3, 128, 1, 128))
                .weights(new byte[64 * 64])
                .build());
        assertThatThrownBy(() -> ExactGemm.on(new EmulatorDevice(), coarse, Matrices.random(2, 2, 1)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("multiplier 3.0");
    }

    @Test
    void refusesWhatDoesNotFit() {
        ByteMatrix w = Matrices.random(4, 6, 1);
        ExactGemm exact = ExactGemm.assemble(new EmulatorDevice(), w);
        assertThatThrownBy(() -> exact.multiply(new byte[7]))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("1 x 7")
                .hasMessageContaining("n x 6");
        exact.close();
        exact.close();
        assertThatThrownBy(() -> exact.multiply(new byte[6]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("multiply after close");
        assertThatThrownBy(() -> ExactGemm.plan(ByteMatrix.zero(1, 131_072)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("1 x 131072");
    }

    private static DenseTemplate assembled(ParameterFormat format, Quantization quantization) {
        DenseSpec.Builder spec = DenseSpec.of(DenseShape.square(64, format))
                .quantization(quantization)
                .weights(new byte[64 * 64]);
        return DenseTemplate.assemble((format.hasBias() ? spec.bias(new int[64]) : spec).build());
    }

    /** Multiplier 1/4, so that a sum of 1 must be 4 in the accumulator: weight 1 and an input of 4. */
    @Test
    void theScaleIsTheWidestWindowWithTheSmallestWeight() {
        assertThat(ExactScale.of(assembled(ParameterFormat.PER_TENSOR, new Quantization(1, 128, 1, 128, 4, 128))))
                .isEqualTo(new ExactScale(-1, -4, -128, 127));
        assertThat(ExactScale.of(assembled(ParameterFormat.PER_TENSOR, new Quantization(1, 0, 1, 128, 4, 100))))
                .isEqualTo(new ExactScale(1, 4, -100, 155));
        assertThat(ExactScale.of(assembled(ParameterFormat.PER_TENSOR, new Quantization(1, 254, 1, 128, 256, 128))))
                .isEqualTo(new ExactScale(-2, -128, -128, 127));
        assertThat(ExactScale.of(assembled(ParameterFormat.PER_TENSOR, new Quantization(1, 255, 1, 128, 255, 128))))
                .isEqualTo(new ExactScale(-1, -255, -128, 127));
        assertThat(ExactScale.of(assembled(ParameterFormat.PER_TENSOR, new Quantization(1, 0, 1, 128, 255, 128))))
                .isEqualTo(new ExactScale(1, 255, -128, 127));
        assertThat(new ExactScale(-3, -4, 0, 0).unit()).isEqualTo(12);
        assertThat(new ExactScale(-40, -4, 0, 0).largestDigit()).isEqualTo(3);
    }

    /** A window of three sums is enough, wherever it lies if a bias can move them; of two it is not. */
    @Test
    void theSmallestWindowIsThreeSums() {
        Quantization low = new Quantization(1, 128, 1, 128, 1, 254);
        Quantization none = new Quantization(1, 128, 1, 128, 1, 255);
        ByteMatrix w = Matrices.random(3, 5, 1);
        for (ParameterFormat format : List.of(ParameterFormat.PER_TENSOR, ParameterFormat.PER_TENSOR_BIAS)) {
            try (ExactGemm exact = ExactGemm.on(new EmulatorDevice(), assembled(format, low), w)) {
                assertThat(exact.plan().high()).isEqualTo(1);
                check(exact, w, Matrices.random(2, 5, 2));
            }
            assertThatThrownBy(() -> ExactGemm.on(new EmulatorDevice(), assembled(format, none), w))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("no exact product");
        }
        Quantization positive = new Quantization(1, 128, 1, 128, 1, 0);
        assertThatThrownBy(() -> ExactGemm.on(new EmulatorDevice(), assembled(ParameterFormat.PER_TENSOR, positive), w))
                .isInstanceOf(BadInputException.class);
        try (ExactGemm exact =
                ExactGemm.on(new EmulatorDevice(), assembled(ParameterFormat.PER_TENSOR_BIAS, positive), w)) {
            check(exact, w, Matrices.random(2, 5, 2));
        }
    }

    /** Weights of one sign need biases, which count in units of the accumulator: 4 of them make a sum of 1. */
    @Test
    void biasesAreScaledAsTheSumsAre() {
        DenseTemplate template = assembled(ParameterFormat.PER_TENSOR_BIAS, new Quantization(1, 128, 1, 128, 4, 128));
        ByteMatrix w = Matrices.constant(3, 200, 1);
        try (ExactGemm exact = ExactGemm.on(new EmulatorDevice(), template, w)) {
            assertThat(exact.plan().blockColumns()).isEqualTo(4);
            check(exact, w, Matrices.random(3, 200, 7));
        }
        DenseTemplate wide =
                DenseTemplate.assemble(DenseSpec.of(DenseShape.of(200, 64, ParameterFormat.PER_TENSOR_BIAS))
                        .quantization(new Quantization(1, 128, 1, 128, 4, 128))
                        .weights(new byte[64 * 200])
                        .bias(new int[64])
                        .build());
        try (ExactGemm exact = ExactGemm.on(new EmulatorDevice(), wide, w)) {
            assertThat(exact.plan().rows()).isEqualTo(3);
            check(exact, w, Matrices.random(3, 200, 7));
            assertThat(exact.multiply(Matrices.constant(1, 200, 1).values())).containsExactly(200, 200, 200);
        }
    }

    @Test
    void aPlanCountsAndSaysWhatItCosts() {
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_TENSOR);
        ExactPlan plan = new ExactPlan(10, 100, shape, 25, 2, 4, -100, 120, "because");
        assertThat(plan.inferences(3)).isEqualTo(96);
        assertThat(plan.uploadBytes()).isEqualTo(4 * 4096);
        assertThat(DigitRowsTest.mostRows(600, -128, 127)).isEqualTo(2400 / 127 + 8);
        assertThat(plan.text(1).lines())
                .containsExactly(
                        "exact W 10 x 100 on Dense 64 -> 64, PER_TENSOR (extrapolated)",
                        "rows        25 digit rows, 2.5 an output; every sum within -100..120 is answered exactly",
                        "blocks      4 (2 along the inputs)",
                        "inferences  at most 32 for 1 vector: 8 bits of x, each on every block",
                        "uploads     4 of 4096 bytes",
                        "chosen      because");
        assertThat(plan.text(2)).contains("at most 64 for 2 vectors:");
    }

    @Test
    void moreInputsThanASumCanHoldAreRefused() {
        assertThat(ExactGemm.plan(ByteMatrix.zero(1, 131_071)).rows()).isZero();
        ByteMatrix tooMany = ByteMatrix.zero(1, 131_072);
        DenseTemplate template = assembled(ParameterFormat.PER_TENSOR, new Quantization(1, 128, 1, 128, 1, 128));
        for (Runnable refused : List.<Runnable>of(
                () -> ExactGemm.assemble(new EmulatorDevice(), tooMany),
                () -> ExactGemm.on(new EmulatorDevice(), template, tooMany))) {
            assertThatThrownBy(refused::run)
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("expected at most 131071 inputs");
        }
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
