package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
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
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate.NotDenseException;

class DenseTemplateTest {
    @ParameterizedTest
    @CsvSource({
        "256, 256, PER_TENSOR, NONE, INT8",
        "256, 256, PER_CHANNEL, NONE, UINT8",
        "1024, 521, PER_TENSOR_BIAS, RELU, INT8",
        "500, 6, PER_CHANNEL_BIAS, RELU6, UINT8",
        "70, 65, PER_CHANNEL, NONE, INT8",
        "1344, 1792, PER_TENSOR, NONE, UINT8",
        "1, 1, PER_TENSOR_BIAS, NONE, INT8"
    })
    void readsBackWhatWasWritten(
            int inputs, int outputs, ParameterFormat format, Activation activation, TensorType type) {
        DenseShape shape = new DenseShape(inputs, outputs, format, activation);
        DenseSpec spec = DenseSpecs.random(shape, type, 1).token(77).build();

        DenseTemplate template = DenseTemplate.assemble(spec);

        assertThat(template.shape()).isEqualTo(shape);
        assertThat(template.inputDomain().type()).isEqualTo(type);
        assertThat(template.outputDomain().type()).isEqualTo(type);
        assertThat(template.weights()).isEqualTo(spec.weights());
        assertThat(template.token()).isEqualTo(77);
        assertThat(template.isProgramOurs()).isTrue();
        assertThat(template.payload().length()).isEqualTo(template.layout().size());
        Quantization q = template.quantization();
        assertThat(q.inputScale()).isEqualTo(spec.quantization().inputScale());
        assertThat(q.inputZeroPoint()).isEqualTo(spec.quantization().inputZeroPoint());
        assertThat(q.outputZeroPoint()).isEqualTo(spec.quantization().outputZeroPoint());
        if (!format.isPerChannel()) {
            assertThat(q.multiplier()).isEqualTo(spec.quantization().multiplier());
        }
    }

    @Test
    void identityGivesTheSignedRampBack() {
        DenseTemplate template = DenseTemplate.assemble(DenseSpec.of(DenseShape.square(256, ParameterFormat.PER_TENSOR))
                .weights(DenseSpec.identityWeights(256))
                .build());
        byte[] ramp = new byte[256];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = (byte) (i - 128);
        }
        assertThat(template.expected(ramp)).isEqualTo(ramp);
        assertThat(template.predict(ramp).ties().isEmpty()).isTrue();
        assertThat(template.status().level()).isEqualTo(ShapeStatus.Level.LIKELY);
    }

    /** Counts of the bytes that differ are those the payload's specification reports for its own random inputs. */
    @ParameterizedTest
    @EnumSource
    void realTemplatesAnswerAsTheirSourcesDo(DenseTwin twin) {
        answersAs(twin.compiled(), twin.source(), twin.channels());
        twin.real().ifPresent(real -> answersAs(real, twin.realSource().orElseThrow(), twin.channels()));
    }

    private static void answersAs(TfliteModel compiled, TfliteModel source, int n) {
        DenseTemplate template = DenseTemplate.of(compiled);
        assertThat(template.isProgramOurs()).isTrue();
        assertThat(template.shape()).isEqualTo(DenseShape.square(n, ParameterFormat.PER_CHANNEL));
        assertThat(template.inputDomain().signed()).isFalse();
        assertThat(template.status().level()).isEqualTo(ShapeStatus.Level.FIRM);
        Random random = new Random(n);
        int differing = 0;
        try (CpuDevice cpu = new CpuDevice();
                Session session = cpu.open(source)) {
            for (int run = 0; run < 20; run++) {
                byte[] input = new byte[n];
                random.nextBytes(input);
                byte[] actual = session.run(input);
                byte[] expected = template.expected(input);
                for (int out = 0; out < n; out++) {
                    if (actual[out] != expected[out]) {
                        differing++;
                        assertThat((actual[out] & 0xff) - (expected[out] & 0xff))
                                .isBetween(-1, 1);
                    }
                }
            }
        }
        assertThat(differing).isLessThanOrEqualTo(20 * n / 1000);
    }

    /** The last are real ones, where they are. */
    static Stream<Arguments> noDenseLayers() {
        return Samples.rows("""
                dense_256_uint8_per_channel.tflite         | not compiled (operators: QUANTIZE, FULLY_CONNECTED)
                shapes_edgetpu.tflite                      | expected a vector
                branches_edgetpu.tflite                    | expected
                dense_256.tflite                           | not compiled (operators: QUANTIZE, FULLY_CONNECTED)
                mobilenet_v1_0.25_128_quant_edgetpu.tflite | expected a vector
                gabor_64x64_7k_4o_2s_edgetpu.tflite        | expected
                split_concat_edgetpu.tflite                | expected
                keras_lstm_mnist_ptq_edgetpu.tflite        | expected
                """);
    }

    @ParameterizedTest
    @MethodSource("noDenseLayers")
    void sayWhyAModelIsNoDense(Sample sample, String reason) {
        assertThatThrownBy(() -> DenseTemplate.of(sample.model()))
                .isInstanceOf(NotDenseException.class)
                .hasMessageContaining(sample.name())
                .hasMessageContaining("not a compiled Dense layer")
                .hasMessageContaining(reason);
    }
}
