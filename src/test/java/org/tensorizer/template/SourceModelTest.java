package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tensorizer.model.TensorType.FLOAT32;
import static org.tensorizer.model.TensorType.INT32;
import static org.tensorizer.model.TensorType.INT64;
import static org.tensorizer.model.TensorType.INT8;
import static org.tensorizer.model.TensorType.UINT8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.TemplateVerification.RecordDiff;

class SourceModelTest {
    private static final float S = 0.01f;
    private static final int N = 8;

    @ParameterizedTest
    @CsvSource({
        "256, 256, PER_TENSOR, NONE, INT8",
        "64, 10, PER_TENSOR_BIAS, RELU, UINT8",
        "500, 6, PER_CHANNEL_BIAS, NONE, INT8",
        "100, 300, PER_CHANNEL, RELU6, UINT8"
    })
    void aWrittenSourceCompilesToTheWrittenModel(
            int inputs, int outputs, ParameterFormat format, Activation activation, TensorType type) {
        DenseSpec spec = DenseSpecs.random(new DenseShape(inputs, outputs, format, activation), type, 5)
                .token(9)
                .names("x", "y")
                .build();
        SourceModel source = SourceModel.of(TfliteModel.parse("source", SourceModelWriter.write(spec)));
        assertThat(CompiledModelWriter.write(source.chain(9))).isEqualTo(CompiledModelWriter.write(spec));
        assertThat(source.notes()).hasSize(type == UINT8 ? 2 : 0);
    }

    @ParameterizedTest
    @EnumSource
    void aRealSourceCompilesToTheRealTemplate(DenseTwin twin) {
        assertSame(recompiled(twin.source(), twin), twin.compiled(), twin);
        twin.realSource()
                .ifPresent(source ->
                        assertSame(recompiled(source, twin), twin.real().orElseThrow(), twin));
    }

    private static TfliteModel recompiled(TfliteModel source, DenseTwin twin) {
        ChainSpec chain = SourceModel.of(source).chain(twin.token());
        return TfliteModel.parse("ours", CompiledModelWriter.write(chain));
    }

    private static void assertSame(TfliteModel ours, TfliteModel expected, DenseTwin twin) {
        assertThat(DenseTwin.facts(ours)).isEqualTo(twin.facts());
        assertThat(payload(ours)).isEqualTo(payload(expected));
        assertThat(RecordDiff.of("package", ours.onlyPackage(), expected.onlyPackage()))
                .isEmpty();
    }

    private static byte[] payload(TfliteModel model) {
        return model.copy(model.onlyPackage().parameterCaching().parameters());
    }

    @Test
    void reshapesAreLeftOutAndTold() {
        TfliteModel model = new OddModel()
                .activation(INT8, S, 0, 1, 2, 4)
                .activation(INT8, S, 0, 1, N)
                .constant(INT8, N * N, S, 0, N, N)
                .activation(INT8, S, 0, 1, N)
                .operator(OddModel.RESHAPE, 0, 1)
                .dense(1, 2, -1, 3)
                .build(0, 3);
        SourceModel source = SourceModel.of(model);
        assertThat(source.chain(1).shapes()).containsExactly(DenseShape.square(N, ParameterFormat.PER_TENSOR));
        assertThat(source.notes())
                .anyMatch(note -> note.contains("RESHAPE from [1, 2, 4] to [1, 8]"))
                .anyMatch(note -> note.contains("becomes [1, 8]"));
    }

    @Test
    void aBiasOfZerosIsDroppedAndTold() {
        TfliteModel model = new OddModel()
                .activation(INT8, S, 0, 1, N)
                .constant(INT8, N * N, S, 0, N, N)
                .constant(INT32, 4 * N, S * S, 0, N)
                .activation(INT8, S, 0, 1, N)
                .dense(0, 1, 2, 3)
                .build(0, 3);
        SourceModel source = SourceModel.of(model);
        assertThat(source.chain(1).shapes().get(0).format()).isEqualTo(ParameterFormat.PER_TENSOR);
        assertThat(source.notes()).anyMatch(note -> note.contains("bias of all zeros is dropped"));
    }

    @Test
    void unsignedWeightsOfOlderConverters() {
        byte[] weights = new byte[N * N];
        weights[3] = (byte) 200;
        TfliteModel model = new OddModel()
                .activation(UINT8, S, 120, 1, N)
                .constant(weights, UINT8, S, N, N)
                .activation(UINT8, S, 130, 1, N)
                .dense(0, 1, -1, 2)
                .build(0, 2);
        DenseSpec layer = SourceModel.of(model).chain(1).layers().get(0);
        assertThat(layer.inputDomain().signed()).isFalse();
        assertThat(layer.outputDomain().signed()).isFalse();
        assertThat(layer.weights()[3]).isEqualTo((byte) (200 - 128));
        assertThat(layer.quantization().weightZeroPoint()).isZero();
        assertThat(layer.quantization().inputZeroPoint()).isEqualTo(120);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal(
                        "float weights",
                        () -> simple(
                                INT8,
                                new OddModel().activation(INT8, S, 0, 1, N).constant(FLOAT32, 4 * N * N, 0, 0, N, N))),
                refusal(
                        "hybrid",
                        () -> simple(
                                FLOAT32,
                                new OddModel().activation(FLOAT32, 0, 0, 1, N).constant(INT8, N * N, S, 0, N, N))),
                refusal(
                        "sparse weights",
                        () -> simple(
                                INT8,
                                new OddModel().activation(INT8, S, 0, 1, N).sparse(N * N, N, N))),
                refusal(
                        "no constant",
                        () -> simple(
                                INT8,
                                new OddModel().activation(INT8, S, 0, 1, N).activation(INT8, S, 0, N, N))),
                refusal(
                        "convert with a fixed batch of 1",
                        () -> simple(
                                INT8,
                                new OddModel().activation(INT8, S, 0, -1, N).constant(INT8, N * N, S, 0, N, N))),
                refusal(
                        "expected a batch of 1",
                        () -> simple(
                                INT8,
                                new OddModel().activation(INT8, S, 0, 4, N).constant(INT8, N * N, S, 0, N, N))),
                refusal(
                        "expected [1, in] to [1, out] with [out, in]",
                        () -> simple(
                                INT8,
                                new OddModel().activation(INT8, S, 0, 1, 2 * N).constant(INT8, N * N, S, 0, N, N))),
                refusal(
                        "weight scales and 0 zero points",
                        () -> simple(
                                INT8,
                                new OddModel().activation(INT8, S, 0, 1, N).constant(INT8, N * N, 0, 0, N, N))),
                refusal(
                        "operator 1 (SOFTMAX) is no Dense layer",
                        () -> layer().activation(INT8, S, 0, 1, N)
                                .operator(OddModel.SOFTMAX, 2, 3)
                                .build(0, 3)),
                refusal(
                        "operator 1 (DEQUANTIZE) is no Dense layer; convert with inference_output_type",
                        () -> layer().activation(FLOAT32, 0, 0, 1, N)
                                .operator(OddModel.DEQUANTIZE, 2, 3)
                                .build(0, 3)),
                refusal(
                        "(QUANTIZE) changes scale or zero point",
                        () -> layer().activation(UINT8, 2 * S, 128, 1, N)
                                .operator(OddModel.QUANTIZE, 2, 3)
                                .build(0, 3)),
                refusal(
                        "the operators must be one line",
                        () -> layer().activation(INT8, S, 0, 1, N)
                                .dense(0, 1, -1, 3)
                                .build(0, 3)),
                refusal("the last operator gives tensor 2", () -> layer().build(0, 0)),
                refusal(
                        "no FULLY_CONNECTED",
                        () -> new OddModel()
                                .activation(INT8, S, 0, 1, N)
                                .activation(INT8, S, 0, N)
                                .activation(INT8, S, 0, 1, N)
                                .operator(OddModel.RESHAPE, 0, 2)
                                .build(0, 2)),
                refusal(
                        "fuses TANH",
                        () -> new OddModel()
                                .activation(INT8, S, 0, 1, N)
                                .constant(INT8, N * N, S, 0, N, N)
                                .activation(INT8, S, 0, 1, N)
                                .dense((byte) 4, (byte) 0, 0, 1, -1, 2)
                                .build(0, 2)),
                refusal(
                        "shuffled weights",
                        () -> new OddModel()
                                .activation(INT8, S, 0, 1, N)
                                .constant(INT8, N * N, S, 0, N, N)
                                .activation(INT8, S, 0, 1, N)
                                .dense((byte) 0, (byte) 1, 0, 1, -1, 2)
                                .build(0, 2)),
                refusal(
                        "bias of INT64",
                        () -> new OddModel()
                                .activation(INT8, S, 0, 1, N)
                                .constant(INT8, N * N, S, 0, N, N)
                                .activation(INT8, S, 0, 1, N)
                                .constant(INT64, 8 * N, S * S, 0, N)
                                .dense(0, 1, 3, 2)
                                .build(0, 2)),
                refusal(
                        "bias of scale",
                        () -> new OddModel()
                                .activation(INT8, S, 0, 1, N)
                                .constant(INT8, N * N, S, 0, N, N)
                                .activation(INT8, S, 0, 1, N)
                                .constant(INT32, 4 * N, S, 0, N)
                                .dense(0, 1, 3, 2)
                                .build(0, 2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void namesOperatorAndReason(String reason, Supplier<TfliteModel> model) {
        TfliteModel odd = model.get();
        assertThatThrownBy(() -> SourceModel.of(odd))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("odd.tflite: ")
                .hasMessageContaining(reason);
    }

    /** The last are real ones, where they are. */
    static Stream<Arguments> otherKinds() {
        return Samples.rows("""
                shapes.tflite                                | (CONV_2D) is no Dense layer
                branches.tflite                              | expected one of each
                several_inputs.tflite                        | expected one of each
                dense_256_uint8_per_channel_edgetpu.tflite   | compiled already
                shapes_edgetpu.tflite                        | compiled already
                mobilenet_v1_0.25_128_quant.tflite           | (CONV_2D) is no Dense layer
                keras_lstm_mnist_ptq.tflite                  | is no Dense layer
                split_concat.tflite                          | expected one of each
                dense_256_edgetpu.tflite                     | compiled already
                """);
    }

    @ParameterizedTest
    @MethodSource("otherKinds")
    void modelsOfOtherKinds(Sample sample, String reason) {
        assertThatThrownBy(() -> SourceModel.of(sample.model()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(sample.name())
                .hasMessageContaining(reason);
    }

    @Test
    void biasBeyondTheAccumulator() {
        ByteBuffer bias =
                ByteBuffer.allocate(4 * N).order(ByteOrder.LITTLE_ENDIAN).putInt(Integer.MIN_VALUE);
        byte[] weights = new byte[N * N];
        weights[0] = 100;
        TfliteModel model = new OddModel()
                .activation(INT8, S, 0, 1, N)
                .constant(weights, INT8, S, N, N)
                .activation(INT8, S, 0, 1, N)
                .constant(bias.array(), INT32, S * S, N)
                .dense(0, 1, 3, 2)
                .build(0, 2);
        assertThatThrownBy(() -> SourceModel.of(model).chain())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("bias -2147483648 of output channel 0");
    }

    private static OddModel layer() {
        return new OddModel()
                .activation(INT8, S, 0, 1, N)
                .constant(INT8, N * N, S, 0, N, N)
                .activation(INT8, S, 0, 1, N)
                .dense(0, 1, -1, 2);
    }

    private static TfliteModel simple(TensorType output, OddModel inputAndWeights) {
        return inputAndWeights
                .activation(output, output == FLOAT32 ? 0 : S, 0, 1, N)
                .dense(0, 1, -1, 2)
                .build(0, 2);
    }

    private static Arguments refusal(String reason, Supplier<TfliteModel> model) {
        return Arguments.of(reason, model);
    }
}
