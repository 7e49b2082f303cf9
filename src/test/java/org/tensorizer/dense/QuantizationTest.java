package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;

class QuantizationTest {
    private static Quantization output(float scale, int zeroPoint) {
        return new Quantization(0.1f, 0, 0.1f, 128, scale, zeroPoint);
    }

    /** The published order of operations against double arithmetic: where they differ, the order is what counts. */
    @Test
    void theOrderOfOperationsShowsInTheLastBit() {
        float input = 0.00784302782267332f;
        float weight = 0.0008492416236549616f;
        float outputScale = 0.01904885843396187f;
        float ordered = Quantization.multiplier(input, weight, outputScale);
        assertThat(ordered)
                .isEqualTo((float) ((double) (float) ((double) input * weight) * (float) (1.0 / outputScale)));
        int differences = 0;
        for (int i = 1; i <= 1000; i++) {
            float scale = 0.001f + i * 1e-5f;
            if (Quantization.multiplier(input, scale, outputScale) != input * scale / outputScale) {
                differences++;
            }
        }
        assertThat(differences)
                .as("dividing is wrong in the last bit for some scales")
                .isPositive();
    }

    /** A damaged program: the largest float32 times an input scale above 1 is infinite too, and no weight scale. */
    @Test
    void anInfiniteMultiplierHasNoWeightScale() {
        assertThat(Quantization.weightScale(Float.POSITIVE_INFINITY, 2, 1)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Quantization.weightScale(0.25f, 0.5f, 2)).isEqualTo(1);
    }

    @Test
    void aClampIsTheQuantizedLimitThroughTheScaleAndBack() {
        assertThat(output(0.25f, 100).clampMax(Activation.NONE)).isEqualTo(155f);
        assertThat(output(0.25f, 100).clampMin(Activation.NONE)).isEqualTo(-100f);
        assertThat(output(0.25f, 0).clampMin(Activation.NONE)).isEqualTo(0f);
        assertThat(Float.floatToRawIntBits(output(0.25f, 0).clampMin(Activation.NONE)))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"RELU, 0, 155", "RELU6, 0, 24"})
    void activationsOnlyCutTheClamps(Activation activation, float low, float high) {
        assertThat(output(0.25f, 100).clampMin(activation)).isEqualTo(low);
        assertThat(output(0.25f, 100).clampMax(activation)).isEqualTo(high);
    }

    @Test
    void channelScalesAreMultipliers() {
        assertThat(Quantization.perChannel(0.1f, 0, 0.3f, 0).channelScales(0.01f, 0.02f))
                .containsExactly(
                        Quantization.multiplier(0.1f, 0.01f, 0.3f), Quantization.multiplier(0.1f, 0.02f, 0.3f));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, 0, -0.1f, Float.POSITIVE_INFINITY})
    void aScaleIsPositiveAndFinite(float scale) {
        assertThatThrownBy(() -> output(scale, 3))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("output scale " + scale);
        assertThatThrownBy(() -> Quantization.multiplier(0.1f, scale, 0.1f))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("weight scale " + scale);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 256})
    void aZeroPointIsAByte(int zeroPoint) {
        assertThatThrownBy(() -> output(0.1f, zeroPoint))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("output zero point " + zeroPoint + ", expected 0..255");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, 0, -0.1f, Float.POSITIVE_INFINITY})
    void everyScaleIsHeldToThat(float scale) {
        refused("input scale " + scale, () -> new Quantization(scale, 0, 0.1f, 128, 0.1f, 0));
        refused("weight scale " + scale, () -> new Quantization(0.1f, 0, scale, 128, 0.1f, 0));
        refused("input scale " + scale, () -> Quantization.multiplier(scale, 0.1f, 0.1f));
        refused("output scale " + scale, () -> Quantization.multiplier(0.1f, 0.1f, scale));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 256})
    void everyZeroPointIsHeldToThat(int zeroPoint) {
        refused("input zero point " + zeroPoint, () -> new Quantization(0.1f, zeroPoint, 0.1f, 128, 0.1f, 0));
        refused("weight zero point " + zeroPoint, () -> new Quantization(0.1f, 0, 0.1f, zeroPoint, 0.1f, 0));
        assertThat(new Quantization(0.1f, 0, 0.1f, 0, 0.1f, 0).outputZeroPoint())
                .isZero();
        assertThat(new Quantization(0.1f, 255, 0.1f, 255, 0.1f, 255).outputZeroPoint())
                .isEqualTo(255);
    }

    private static void refused(String message, Runnable work) {
        assertThatThrownBy(work::run).isInstanceOf(BadInputException.class).hasMessageContaining(message);
    }

    @Test
    void theSmallestNormalMultiplierIsAllowed() {
        assertThat(Quantization.multiplier(Float.MIN_NORMAL, 1, 1)).isEqualTo(Float.MIN_NORMAL);
        refused("normal positive float32", () -> Quantization.multiplier(Math.nextDown(Float.MIN_NORMAL), 1, 1));
    }

    @Test
    void aRatioTheMultiplierCannotExpressIsRefused() {
        assertThatThrownBy(() -> Quantization.multiplier(1e-30f, 1e-30f, 1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("normal positive float32");
        assertThatThrownBy(() -> Quantization.multiplier(1e30f, 1e20f, 1e-30f)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> DenseProgram.executionOnly(
                        DenseShape.square(256, ParameterFormat.PER_TENSOR),
                        new Quantization(1e-30f, 0, 1e-30f, 128, 1, 0)))
                .isInstanceOf(BadInputException.class);
    }
}
