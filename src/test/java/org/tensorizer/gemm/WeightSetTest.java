package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.gemm.WeightScales.OutOfRange;
import org.tensorizer.gemm.WeightScales.Quantized;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/** What a set of weights starts with and takes, by what the emulated chip answers. */
class WeightSetTest {
    /** An output step is an accumulator step, bytes are int8 with zero point 0. */
    private static final Quantization ONE = new Quantization(1, 128, 1, 128, 1, 128);

    private final Device device = new EmulatorDevice();

    private Gemm gemm(ParameterFormat format, int outputs, int inputs) {
        return Gemm.assemble(device, GemmPlan.on(DenseShape.square(64, format), outputs, inputs), ONE);
    }

    private static int[] answers(Gemm gemm) {
        return gemm.apply(new byte[gemm.plan().inputs()]);
    }

    /** Two tiles along the outputs, two along the inputs: each bias counts once. */
    @ParameterizedTest
    @EnumSource(names = {"PER_TENSOR_BIAS", "PER_CHANNEL_BIAS"})
    void aBiasIsAddedOnceToItsOutput(ParameterFormat format) {
        try (Gemm gemm = gemm(format, 80, 100)) {
            int[] bias = new int[80];
            Arrays.setAll(bias, out -> out - 40);
            gemm.weights().bias(bias);
            assertThat(answers(gemm)).isEqualTo(bias);

            gemm.weights().set(Matrices.constant(80, 100, 1));
            byte[] x = new byte[100];
            x[3] = 5;
            x[99] = 7;
            Arrays.setAll(bias, out -> out - 40 + 12);
            assertThat(gemm.apply(x)).isEqualTo(bias);
        }
    }

    @Test
    void aBiasThatCouldOverflowIsRefused() {
        int room = Integer.MAX_VALUE - 128 * 255 * 64;
        try (Gemm gemm = gemm(ParameterFormat.PER_TENSOR_BIAS, 2, 3)) {
            gemm.weights().bias(room, -room);
            assertThat(answers(gemm)).containsExactly(127, -128);
            refused(() -> gemm.weights().bias(0, room + 1), "bias of output channel 1 is " + (room + 1));
            refused(() -> gemm.weights().bias(-room - 1, 0), "expected -" + room + " to " + room);
            refused(() -> gemm.weights().bias(1), "biases");
            refused(() -> gemm.weights().bias(1, 2, 3), "2, one for each output");
        }
    }

    @Test
    void gainsArePositiveFiniteAndOneForEachOutput() {
        try (Gemm gemm = gemm(ParameterFormat.PER_CHANNEL, 2, 3)) {
            gemm.weights().gains(Float.MIN_NORMAL, Float.MAX_VALUE);
            for (float bad : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY, Math.nextDown(Float.MIN_NORMAL)}) {
                refused(() -> gemm.weights().gains(1, bad), "gain of output channel 1 is " + bad);
            }
            refused(() -> gemm.weights().gains(1), "gains");
            refused(() -> gemm.weights().gains(1, 2, 3), "2, one for each output");
        }
    }

    private static void refused(Runnable work, String message) {
        assertThatThrownBy(work::run).isInstanceOf(BadInputException.class).hasMessageContaining(message);
    }

    /** Whatever weights and biases the template came with. */
    @Test
    void newWeightsAreZero() {
        byte[] weights = new byte[64 * 64];
        Arrays.fill(weights, (byte) 9);
        int[] bias = new int[64];
        Arrays.fill(bias, 50);
        DenseTemplate template =
                DenseTemplate.assemble(DenseSpec.of(DenseShape.square(64, ParameterFormat.PER_TENSOR_BIAS))
                        .quantization(new Quantization(1, 128, 1, 128, 0.5f, 128))
                        .weights(weights)
                        .bias(bias)
                        .build());
        try (Gemm gemm = Gemm.on(device, template)) {
            assertThat(gemm.plan().outputs()).isEqualTo(64);
            assertThat(gemm.plan().inputs()).isEqualTo(64);
            assertThat(gemm.weights().outputScale(63)).isEqualTo(0.5f);
            assertThat(gemm.weights().weights().values()).containsOnly(0);
            byte[] x = new byte[64];
            Arrays.fill(x, (byte) 1);
            assertThat(gemm.apply(x)).containsOnly(0);
        }
    }

    @Test
    void weightsThatAreNotSymmetricAreRefused() {
        DenseTemplate template = DenseTemplate.assemble(DenseSpec.of(DenseShape.square(64, ParameterFormat.PER_TENSOR))
                .quantization(new Quantization(1, 128, 1, 127, 1, 128))
                .weights(new byte[64 * 64])
                .build());
        refused(() -> Gemm.on(device, template), "weight zero point of output channel 0 is 127, expected 128");
        refused(
                () -> ExactGemm.on(device, template, Matrices.random(2, 2, 1)),
                "weight zero point of output channel 0 is 127");
    }

    @Test
    void aBlockBesideTheMatrixIsRefused() {
        try (Gemm gemm = gemm(ParameterFormat.PER_TENSOR, 70, 50)) {
            gemm.weights().set(69, 49, ByteMatrix.zero(1, 1));
            gemm.weights().set(0, 0, ByteMatrix.zero(70, 50));
            for (int[] at : new int[][] {{0, 41}, {61, 0}, {-1, 0}, {0, -1}}) {
                refused(
                        () -> gemm.weights().set(at[0], at[1], ByteMatrix.zero(10, 10)),
                        "10 x 10 at [" + at[0] + "][" + at[1] + "]");
            }
        }
    }

    @Test
    void inputsOfAnotherLengthAreRefusedEverywhere() {
        try (Gemm gemm = gemm(ParameterFormat.PER_TENSOR, 70, 50)) {
            ByteMatrix x = ByteMatrix.zero(2, 51);
            List<ByteMatrix> weights = List.of(ByteMatrix.zero(70, 50));
            refused(() -> gemm.apply(x), "n x 50");
            refused(() -> gemm.applyChecked(x), "n x 50");
            refused(() -> gemm.expected(x), "n x 50");
            refused(() -> gemm.apply(FloatMatrix.zero(2, 51), OutOfRange.REFUSE), "X[vector][in]");
            refused(() -> gemm.apply(FloatMatrix.of(1, 51, nans(51)), OutOfRange.REFUSE), "X[vector][in]");
            refused(() -> gemm.stream(weights.iterator(), x, y -> {}), "n x 50");
        }
    }

    private static float[] nans(int count) {
        float[] nans = new float[count];
        Arrays.fill(nans, Float.NaN);
        return nans;
    }

    /** Real numbers count from the zero point of the tensor. */
    @Test
    void realInputsBecomeBytesByScaleAndZeroPoint() {
        Quantization q = new Quantization(0.5f, 128 + 10, 1, 128, 1, 128);
        GemmPlan plan = GemmPlan.on(DenseShape.square(64, ParameterFormat.PER_TENSOR), 2, 3);
        try (Gemm gemm = Gemm.assemble(device, plan, q)) {
            Quantized quantized = gemm.quantize(FloatMatrix.of(1, 3, 0, 1, -2), OutOfRange.REFUSE);
            assertThat(quantized.values().values()).containsExactly(10, 12, 6);
            gemm.weights().set(ByteMatrix.of(2, 3, (byte) 1, (byte) 1, (byte) 1, (byte) 0, (byte) 0, (byte) 3));
            // steps of 0.5 times 1: -2 and 3 * -4
            assertThat(gemm.apply(FloatMatrix.of(1, 3, 0, 1, -2), OutOfRange.REFUSE)
                            .values())
                    .containsExactly(-1, -6);
        }
    }

    @Test
    void preparedTilesAreOpenAndNamed() {
        List<String> names = new ArrayList<>();
        Device naming = new ForwardingDevice(device) {
            @Override
            public Session open(TfliteModel model) {
                names.add(model.name());
                return super.open(model);
            }

            @Override
            public Device allowingTokenReuse() {
                return this;
            }
        };
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_TENSOR);
        try (Gemm gemm = Gemm.assemble(naming, GemmPlan.on(shape, 64, 130), ONE)) {
            gemm.weights().prepare();
            String name = gemm.template().name();
            assertThat(names).containsExactly(name + ", block 0", name + ", block 1", name + ", block 2");
            answers(gemm);
            gemm.weights().prepare();
            assertThat(names).hasSize(3);
        }
        names.clear();
        try (Gemm gemm = Gemm.assemble(naming, GemmPlan.on(shape, 64, 64), ONE)) {
            answers(gemm);
            assertThat(names).containsExactly(gemm.template().name());
        }
        names.clear();
        try (Gemm gemm = Gemm.assemble(naming, GemmPlan.on(shape, 64, 64 * 9), ONE)) {
            gemm.weights().prepare();
            assertThat(names).hasSize(8);
        }
        names.clear();
        try (Gemm gemm = Gemm.assemble(naming, GemmPlan.on(shape, 64, 64 * 8), ONE)) {
            answers(gemm);
            answers(gemm);
            assertThat(names).as("eight stay open").hasSize(8);
        }
    }
}
