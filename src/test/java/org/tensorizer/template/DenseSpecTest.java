package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorType;

class DenseSpecTest {
    private static final int N = 64;

    @Test
    void arraysAreCopied() {
        byte[] weights = DenseSpec.identityWeights(N);
        DenseSpec spec = spec(ParameterFormat.PER_TENSOR).weights(weights).build();
        weights[0] = 3;
        spec.weights()[1] = 4;
        assertThat(spec.weights()).isEqualTo(DenseSpec.identityWeights(N));
    }

    @Test
    void tokensAreFreshAndNeverZero() {
        long first = spec(ParameterFormat.PER_TENSOR).build().token();
        long second = spec(ParameterFormat.PER_TENSOR).build().token();
        assertThat(first).isNotZero().isNotEqualTo(second);
        assertThatThrownBy(() -> spec(ParameterFormat.PER_TENSOR).token(0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("token 0");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, 0, -1, Float.POSITIVE_INFINITY})
    void scalesMustBePositiveAndFinite(float scale) {
        assertThatThrownBy(() -> new Quantization(scale, 128, 1, 128, 1, 128)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> {
                    float[] scales = new float[N];
                    Arrays.fill(scales, 0.01f);
                    scales[17] = scale;
                    spec(ParameterFormat.PER_CHANNEL).weightScales(scales).build();
                })
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("output channel 17")
                .hasMessageContaining("positive finite");
    }

    @ParameterizedTest
    @CsvSource({"1e-20, 1e-9, 1", "1, 1e10, 1", "1e-30, 1e-30, 1e30", "1e30, 1e30, 1e-30", "1, 1, 1e-40", "1, 1, 2e36"})
    void ratiosTheMultiplierCannotExpress(float input, float weight, float output) {
        assertThatThrownBy(() -> spec(ParameterFormat.PER_TENSOR)
                        .quantization(new Quantization(input, 128, weight, 128, output, 128))
                        .build())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("scale");
    }

    @Test
    void weightsMustHaveTheShape() {
        assertThatThrownBy(() ->
                        spec(ParameterFormat.PER_TENSOR).weights(new byte[N]).build())
                .isInstanceOf(BadInputException.class)
                .hasMessage("weights of 64 bytes, expected W[out][in] with 64 x 64 = 4096 int8");
    }

    @Test
    void scalesAndBiasBelongToTheirFormats() {
        assertThatThrownBy(() -> spec(ParameterFormat.PER_CHANNEL).build())
                .hasMessageContaining("0 weight scales, expected 64");
        assertThatThrownBy(
                        () -> spec(ParameterFormat.PER_TENSOR).bias(new int[N]).build())
                .hasMessageContaining("64 bias values, expected 0");
        assertThatThrownBy(
                        () -> spec(ParameterFormat.PER_TENSOR_BIAS).bias(1, 2).build())
                .hasMessageContaining("2 bias values, expected 64");
    }

    @Test
    void biasMustLeaveTheAccumulatorIn32Bits() {
        int[] bias = new int[N];
        bias[5] = Integer.MAX_VALUE - 1;
        assertThatThrownBy(() -> spec(ParameterFormat.PER_TENSOR_BIAS)
                        .weights(DenseSpec.identityWeights(N))
                        .bias(bias)
                        .build())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("bias 2147483646 of output channel 5")
                .hasMessageContaining("32 bits");
        bias[5] = Integer.MAX_VALUE - 127 * 127; // input 255 is 127 above its zero point
        assertThat(spec(ParameterFormat.PER_TENSOR_BIAS)
                        .weights(DenseSpec.identityWeights(N))
                        .bias(bias)
                        .build()
                        .bias())
                .isEqualTo(bias);
    }

    @Test
    void perChannelWeightsAreSymmetric() {
        float[] scales = new float[N];
        Arrays.fill(scales, 0.01f);
        assertThatThrownBy(() -> spec(ParameterFormat.PER_CHANNEL)
                        .weightScales(scales)
                        .quantization(new Quantization(0.1f, 128, 0.1f, 127, 0.1f, 128))
                        .build())
                .hasMessageContaining("weight zero point 127, expected 128");
    }

    @Test
    void shapesTypesAndNamesOutOfRange() {
        assertThatThrownBy(() -> DenseSpec.of(DenseShape.square(2752, ParameterFormat.PER_TENSOR))
                        .build())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("2752");
        assertThatThrownBy(() -> spec(ParameterFormat.PER_TENSOR)
                        .type(TensorType.FLOAT32)
                        .build())
                .hasMessageContaining("FLOAT32, expected INT8 or UINT8");
        assertThatThrownBy(() -> spec(ParameterFormat.PER_TENSOR).names("", "y").build())
                .hasMessageContaining("input name of 0 bytes");
    }

    private static DenseSpec.Builder spec(ParameterFormat format) {
        return DenseSpec.of(DenseShape.square(N, format)).weights(new byte[N * N]);
    }
}
