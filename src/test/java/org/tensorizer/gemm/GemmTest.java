package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.ChipParameters.Rounding;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.gemm.GemmCheck.CheckedProduct;
import org.tensorizer.gemm.WeightScales.OutOfRange;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/** Products on the emulated chip against sums that the test computes itself. */
class GemmTest {
    private static final DenseShape SMALL = DenseShape.square(64, ParameterFormat.PER_TENSOR);

    private final Device device = new EmulatorDevice();

    private Gemm small(int outputs, int inputs) {
        return Gemm.assemble(device, GemmPlan.on(SMALL, outputs, inputs), Matrices.quantization(64, 10, -3));
    }

    @ParameterizedTest
    @CsvSource({"64, 64", "70, 30", "200, 64", "64, 200", "1, 1", "150, 333"})
    void anySizeOnOneTemplate(int outputs, int inputs) {
        ByteMatrix w = Matrices.random(outputs, inputs, 1);
        ByteMatrix x = Matrices.random(5, inputs, 2);
        try (Gemm gemm = small(outputs, inputs)) {
            gemm.weights().set(w);
            CheckedProduct y = gemm.applyChecked(x);
            assertThat(y.check().differing()).isZero();
            assertThat(y.check().unexplained()).isZero();
            assertThat(y.product()).isEqualTo(Matrices.steps(gemm, w, x));
            assertThat(gemm.expected(x)).isEqualTo(y.product());
            assertThat(gemm.apply(x.row(3))).isEqualTo(y.product().row(3));
            assertThat(gemm.weights().weights()).isEqualTo(w);
        }
    }

    @ParameterizedTest
    @EnumSource(ParameterFormat.class)
    void everyFormatAndUnsignedTensors(ParameterFormat format) {
        DenseShape shape = DenseShape.of(100, 72, format);
        DenseSpec.Builder spec = DenseSpec.of(shape)
                .type(TensorType.UINT8)
                .quantization(Matrices.quantization(100, 5, 7))
                .weights(new byte[7200]);
        if (format.isPerChannel()) {
            spec.weightScales(scales(72));
        }
        if (format.hasBias()) {
            spec.bias(new Random(1).ints(72, -9999, 9999).toArray());
        }
        try (Gemm gemm = Gemm.on(device, DenseTemplate.assemble(spec.build()), 80, 120)) {
            gemm.weights().set(Matrices.random(80, 120, 1));
            if (format.hasBias()) {
                gemm.weights().bias(new Random(2).ints(80, -9999, 9999).toArray());
            }
            GemmCheck check = gemm.applyChecked(Matrices.random(4, 120, 2)).check();
            assertThat(check.differing()).as(check.toString()).isZero();
            assertThat(check.outputs()).isEqualTo(320);
        }
    }

    private static float[] scales(int count) {
        float[] scales = new float[count];
        for (int out = 0; out < count; out++) {
            scales[out] = 0.003f + 0.0001f * (out % 20);
        }
        return scales;
    }

    @Test
    void aBlockChangesItsWeightsOnly() {
        ByteMatrix w = Matrices.random(150, 140, 1);
        ByteMatrix block = Matrices.random(70, 90, 2);
        ByteMatrix x = Matrices.random(2, 140, 3);
        try (Gemm gemm = small(150, 140)) {
            gemm.weights().set(w);
            gemm.apply(x);
            gemm.weights().set(33, 41, block);
            for (int out = 0; out < 70; out++) {
                System.arraycopy(block.values(), out * 90, w.values(), (out + 33) * 140 + 41, 90);
            }
            assertThat(gemm.weights().weights()).isEqualTo(w);
            assertThat(gemm.apply(x)).isEqualTo(Matrices.steps(gemm, w, x));
        }
    }

    @Test
    void perChannelScalesGoIntoThePayloadAndOutputsKeepTheirScale() {
        FloatMatrix w = real(100, 64, 1);
        FloatMatrix x = real(3, 64, 2);
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_CHANNEL);
        Quantization q = new Quantization(1 / 100f, 128, 1, 128, 0.12f, 128);
        try (Gemm gemm = Gemm.assemble(device, GemmPlan.on(shape, 100, 64), q)) {
            assertThat(gemm.weights().set(w, WeightScales.fitEachChannel(w), OutOfRange.REFUSE))
                    .isZero();
            FloatMatrix y = gemm.apply(x, OutOfRange.REFUSE);
            assertThat(gemm.weights().outputScale(99)).isEqualTo(0.12f);
            assertNear(y, w, x, 0.25);
        }
    }

    @Test
    void onAPerTensorTemplateScalesAreAppliedByTheHost() {
        FloatMatrix w = real(64, 64, 1);
        FloatMatrix x = real(3, 64, 2);
        Quantization q = new Quantization(1 / 100f, 128, 1 / 100f, 128, 0.12f, 128);
        try (Gemm gemm = Gemm.assemble(device, GemmPlan.on(SMALL, 64, 64), q)) {
            gemm.weights().set(w, WeightScales.fit(w), OutOfRange.REFUSE);
            assertNear(gemm.apply(x, OutOfRange.REFUSE), w, x, 0.25);
            gemm.weights().set(w, WeightScales.fitEachChannel(w), OutOfRange.REFUSE);
            assertNear(gemm.apply(x, OutOfRange.REFUSE), w, x, 0.25);
            assertThat(gemm.weights().outputScale(0))
                    .isNotEqualTo(gemm.weights().outputScale(1));
        }
    }

    private static FloatMatrix real(int rows, int columns, long seed) {
        FloatMatrix matrix = FloatMatrix.zero(rows, columns);
        Random random = new Random(seed);
        for (int i = 0; i < matrix.values().length; i++) {
            matrix.values()[i] = random.nextFloat() * 2 - 1;
        }
        return matrix;
    }

    private static void assertNear(FloatMatrix y, FloatMatrix w, FloatMatrix x, double error) {
        for (int v = 0; v < x.rows(); v++) {
            for (int o = 0; o < w.rows(); o++) {
                double sum = 0;
                for (int i = 0; i < w.columns(); i++) {
                    sum += (double) w.at(o, i) * x.at(v, i);
                }
                assertThat((double) y.at(v, o)).as("y[%d][%d]", v, o).isBetween(sum - error, sum + error);
            }
        }
    }

    @Test
    void gainsMoveSingleOutputs() {
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_CHANNEL);
        Quantization q = new Quantization(1, 128, 1, 128, 1, 128);
        try (Gemm gemm = Gemm.assemble(device, GemmPlan.on(shape, 80, 64), q)) {
            gemm.weights().set(Matrices.constant(80, 64, 1));
            float[] gains = new float[80];
            for (int out = 0; out < 80; out++) {
                gains[out] = out + 1;
            }
            gemm.weights().gains(gains);
            byte[] x = new byte[64];
            x[5] = 1;
            int[] y = gemm.apply(x);
            for (int out = 0; out < 80; out++) {
                assertThat(y[out]).isEqualTo(out + 1);
            }
        }
        try (Gemm perTensor = small(64, 64)) {
            assertThatThrownBy(() -> perTensor.weights().gains(new float[64]))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("one factor for all");
        }
    }

    @Test
    void checksSayWhatWasClippedAndWhatDependsOnTies() {
        Quantization half = new Quantization(1, 128, 0.5f, 128, 1, 128);
        Device other = new EmulatorDevice(ChipParameters.EDGE_TPU.withRounding(Rounding.HALF_AWAY_FROM_ZERO), true);
        try (Gemm gemm = Gemm.assemble(other, GemmPlan.on(SMALL, 3, 2), half)) {
            gemm.weights().set(ByteMatrix.of(3, 2, (byte) 1, (byte) 0, (byte) 127, (byte) 127, (byte) 2, (byte) 0));
            GemmCheck check = gemm.applyChecked(ByteMatrix.of(2, 2, (byte) 1, (byte) 9, (byte) 2, (byte) 0))
                    .check();
            assertThat(check.ties().stream()).containsExactly(0); // 1 * 1 / 2
            assertThat(check.clipped().stream()).containsExactly(1); // 127 * 10 / 2; 127 * 2 / 2 just fits
            assertThat(check.differing()).isEqualTo(1);
            assertThat(check.largest()).isEqualTo(1);
            assertThat(check.unexplained()).isZero();
            assertThat(check.unexplained()).isZero();
            assertThat(check.toString())
                    .contains("rounds half away from zero")
                    .contains("emulated")
                    .contains("1 of 6 outputs differ, largest difference 1, 0 not explained by ties");
        }
    }

    /** A chip that reads weights differently must not pass the comparison. */
    @Test
    void aWrongChipIsFound() {
        for (ChipParameters chip : ChipParameters.wrongChips()) {
            try (Gemm gemm = Gemm.assemble(
                    new EmulatorDevice(chip, true), GemmPlan.on(SMALL, 64, 64), Matrices.quantization(64, 0, 0))) {
                gemm.weights().set(Matrices.random(64, 64, 1));
                GemmCheck check = gemm.applyChecked(Matrices.random(2, 64, 2)).check();
                assertThat(check.unexplained()).as("%s", chip).isPositive();
            }
        }
    }

    @Test
    void eachUploadHasAFreshTokenAndUnchangedWeightsNeedNone() {
        CountingDevice counting = new CountingDevice(device);
        try (Gemm gemm = Gemm.assemble(counting, GemmPlan.on(SMALL, 64, 130), Matrices.quantization(64, 0, 0))) {
            ByteMatrix x = Matrices.random(4, 130, 1);
            gemm.weights().set(Matrices.random(64, 130, 2));
            gemm.apply(x);
            gemm.apply(x);
            assertThat(counting.opened.get()).isEqualTo(3);
            assertThat(counting.inferences.get())
                    .isEqualTo((int) (2 * gemm.plan().inferences(4)));
            gemm.weights().set(0, 0, Matrices.random(1, 1, 3)); // touches one tile of three
            gemm.apply(x);
            assertThat(counting.opened.get()).isEqualTo(4);
            assertThat(counting.tokens).doesNotHaveDuplicates().doesNotContain(0L);
        }
        assertThat(counting.open.get()).isZero();
    }

    @Test
    void manyTilesOpenOneAfterAnother() {
        CountingDevice counting = new CountingDevice(device);
        try (Gemm gemm = Gemm.assemble(counting, GemmPlan.on(SMALL, 300, 200), Matrices.quantization(64, 0, 0))) {
            ByteMatrix w = Matrices.random(300, 200, 2);
            ByteMatrix x = Matrices.random(2, 200, 1);
            gemm.weights().set(w);
            counting.beforeRun = () -> assertThat(counting.open.get()).isLessThanOrEqualTo(2);
            assertThat(gemm.apply(x)).isEqualTo(Matrices.steps(gemm, w, x));
            assertThat(gemm.apply(x)).isEqualTo(Matrices.steps(gemm, w, x));
        }
        assertThat(counting.open.get()).isZero();
    }

    @Test
    void otherWeightsAreFilledWhileTheDeviceWorks() {
        CountingDevice counting = new CountingDevice(device);
        try (Gemm gemm = Gemm.assemble(counting, GemmPlan.on(SMALL, 64, 64), Matrices.quantization(64, 0, 0))) {
            ByteMatrix x = Matrices.random(1, 64, 1);
            ByteMatrix first = Matrices.random(64, 64, 2);
            ByteMatrix second = Matrices.random(64, 64, 3);
            WeightSet next = gemm.newWeights();
            gemm.weights().set(first);
            counting.beforeRun = () -> {
                counting.beforeRun = () -> {};
                runElsewhere(() -> {
                    next.set(second);
                    next.prepare();
                });
            };
            assertThat(gemm.apply(x)).isEqualTo(Matrices.steps(gemm, first, x));
            WeightSet before = gemm.use(next);
            assertThat(gemm.weights()).isSameAs(next);
            assertThat(gemm.apply(x)).isEqualTo(Matrices.steps(gemm, second, x));
            assertThat(gemm.use(before)).isSameAs(next);
            assertThat(gemm.apply(x)).isEqualTo(Matrices.steps(gemm, first, x));
        }
    }

    @Test
    void streamsOneMatrixAfterAnother() {
        List<ByteMatrix> weights = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            weights.add(Matrices.random(70, 64, i));
        }
        ByteMatrix x = Matrices.random(3, 64, 99);
        List<IntMatrix> results = new ArrayList<>();
        try (Gemm gemm = small(70, 64)) {
            gemm.stream(weights.iterator(), x, results::add);
            assertThat(results)
                    .containsExactlyElementsOf(weights.stream()
                            .map(w -> Matrices.steps(gemm, w, x))
                            .toList());
            assertThat(gemm.weights().weights()).isEqualTo(weights.get(6));
            List<ByteMatrix> wrong = List.of(weights.get(0), Matrices.random(3, 3, 1));
            assertThatThrownBy(() -> gemm.stream(wrong.iterator(), x, y -> {}))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("3 x 3")
                    .hasMessageContaining("70 x 64");
            gemm.weights().set(weights.get(1));
            assertThat(gemm.apply(x)).isEqualTo(results.get(1));
        }
    }

    private static void runElsewhere(Runnable action) {
        List<Throwable> failures = new ArrayList<>();
        Thread thread = new Thread(() -> {
            try {
                action.run();
            } catch (Throwable t) {
                failures.add(t);
            }
        });
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.get(0));
        }
    }

    @Test
    void refusesConcurrentUse() {
        CountingDevice counting = new CountingDevice(device);
        try (Gemm gemm = Gemm.assemble(counting, GemmPlan.on(SMALL, 64, 64), Matrices.quantization(64, 0, 0))) {
            byte[] x = new byte[64];
            counting.beforeRun = () -> runElsewhere(() -> {
                assertThatThrownBy(() -> gemm.apply(x))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("apply in thread")
                        .hasMessageContaining("while apply runs in thread main");
                assertThatThrownBy(() -> gemm.weights().set(ByteMatrix.zero(64, 64)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("set in thread");
                assertThatThrownBy(gemm::close).isInstanceOf(IllegalStateException.class);
            });
            gemm.apply(x);
            counting.beforeRun = () -> {};
            gemm.apply(x);
        }
    }

    @Test
    void refusesUseAfterClose() {
        Gemm gemm = small(64, 64);
        WeightSet weights = gemm.weights();
        gemm.close();
        gemm.close();
        for (Runnable call : List.<Runnable>of(
                () -> gemm.apply(new byte[64]), gemm::newWeights, () -> weights.set(ByteMatrix.zero(64, 64)))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("after close");
        }
    }

    @Test
    void saysBothShapesWhereTheyDiffer() {
        try (Gemm gemm = small(70, 50)) {
            assertShapes(() -> gemm.weights().set(ByteMatrix.zero(50, 70)), "50 x 70", "70 x 50");
            assertShapes(() -> gemm.weights().set(60, 0, ByteMatrix.zero(11, 1)), "11 x 1 at [60][0]", "70 x 50");
            assertShapes(() -> gemm.apply(new byte[51]), "1 x 51", "n x 50");
            assertShapes(() -> gemm.dequantize(IntMatrix.zero(2, 71)), "2 x 71", "2 x 70");
            FloatMatrix w = FloatMatrix.zero(70, 50);
            assertShapes(
                    () -> gemm.weights().set(w, WeightScales.perChannel(1, 2), OutOfRange.REFUSE), "scales of 2", "70");
            assertShapes(() -> gemm.weights().bias(1, 2), "biases", "has none");
        }
    }

    private static void assertShapes(Runnable call, String found, String expected) {
        assertThatThrownBy(call::run)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(found)
                .hasMessageContaining(expected);
    }

    @Test
    void numbersThatAreNoneOrDoNotFit() {
        try (Gemm gemm = small(2, 3)) {
            FloatMatrix w = FloatMatrix.of(2, 3, 0, 1, Float.NaN, 0, 0, 0);
            assertShapes(
                    () -> gemm.weights().set(w, WeightScales.perTensor(1), OutOfRange.SATURATE),
                    "weight [0][2] is NaN",
                    "finite");
            assertShapes(() -> WeightScales.fit(w), "weight [0][2] is NaN", "finite");
            FloatMatrix large = FloatMatrix.of(2, 3, 1000, -1000, 127.4f, -128.4f, 200, 0);
            assertShapes(
                    () -> gemm.weights().set(large, WeightScales.perTensor(1), OutOfRange.REFUSE),
                    "3 of 6 numbers do not fit into 8 bits, first weight [0][0] = 1000.0",
                    "-128.0 to 127.0");
            assertThat(gemm.weights().set(large, WeightScales.perTensor(1), OutOfRange.SATURATE))
                    .isEqualTo(3);
            assertThat(gemm.weights().weights().values()).containsExactly(127, -128, 127, -128, 127, 0);
            FloatMatrix x = FloatMatrix.of(1, 3, Float.POSITIVE_INFINITY, 0, 0);
            assertShapes(() -> gemm.apply(x, OutOfRange.SATURATE), "input [0][0] is Infinity", "finite");
            FloatMatrix far = FloatMatrix.of(1, 3, 100, 0, -100);
            assertThat(gemm.quantize(far, OutOfRange.SATURATE).saturated()).isEqualTo(2);
            assertShapes(() -> gemm.quantize(far, OutOfRange.REFUSE), "2 of 3 numbers", "expected -2.76 to 2.34");
            assertShapes(() -> WeightScales.perChannel(1, 0), "output channel 1 0.0", "positive");
            assertShapes(() -> WeightScales.perTensor(Float.NaN), "NaN", "positive");
            assertShapes(() -> ByteMatrix.of(2, 2, new byte[5]), "2 x 2 = 4", "found 5");
        }
    }
}
