package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;

/** The written source model under TFLite's own kernels, against the arithmetic that predicts the chip. */
class SourceModelWriterTest {
    private static final int RUNS = 20;

    @ParameterizedTest
    @CsvSource({
        "256, 256, PER_TENSOR, NONE, INT8",
        "256, 256, PER_CHANNEL, NONE, UINT8",
        "1024, 521, PER_TENSOR_BIAS, NONE, UINT8",
        "500, 6, PER_CHANNEL_BIAS, NONE, INT8",
        "64, 100, PER_TENSOR_BIAS, RELU, INT8",
        "300, 300, PER_CHANNEL, RELU6, UINT8",
        "3, 1, PER_TENSOR, NONE, INT8"
    })
    void cpuKernelsAgreeWithThePrediction(
            int inputs, int outputs, ParameterFormat format, Activation activation, TensorType type) {
        DenseShape shape = new DenseShape(inputs, outputs, format, activation);
        DenseSpec spec = DenseSpecs.random(shape, type, 7).build();
        DenseTemplate template = DenseTemplate.assemble(spec);

        Agreement agreement = run(spec, template);

        assertThat(agreement.largest).isLessThanOrEqualTo(1);
        assertThat(agreement.differing * 1000L)
                .as("off by one: %d of %d", agreement.differing, agreement.bytes)
                .isLessThanOrEqualTo(Math.max(1000L, agreement.bytes));
        assertThat(agreement.distinct).as("different output bytes seen").isGreaterThan(8);
    }

    @Test
    void weightZeroPointOfItsOwn() {
        DenseShape shape = DenseShape.square(128, ParameterFormat.PER_TENSOR);
        DenseSpec base = DenseSpecs.random(shape, TensorType.INT8, 8).build();
        Quantization q = base.quantization();
        DenseSpec spec = DenseSpec.of(shape)
                .weights(base.weights())
                .quantization(new Quantization(
                        q.inputScale(), q.inputZeroPoint(), q.weightScale(), 121, q.outputScale(), q.outputZeroPoint()))
                .build();
        assertThat(run(spec, DenseTemplate.assemble(spec)).largest).isLessThanOrEqualTo(1);
    }

    @Test
    void uint8TensorsStandOutsideTwoQuantize() {
        DenseShape shape = new DenseShape(4, 2, ParameterFormat.PER_CHANNEL_BIAS, Activation.RELU);
        TfliteModel model = TfliteModel.parse(
                "source",
                SourceModelWriter.write(
                        DenseSpecs.random(shape, TensorType.UINT8, 9).build()));
        assertThat(model.operators())
                .extracting(Operator::name)
                .containsExactly("QUANTIZE", "FULLY_CONNECTED", "QUANTIZE");
        assertThat(model.operators().get(1).options())
                .isEqualTo(new OperatorOptions.FullyConnected(FusedActivation.RELU, 0, false));
        List<Tensor> inputs = model.operators().get(1).inputs().stream()
                .map(model.tensors()::get)
                .toList();
        assertThat(inputs).extracting(Tensor::type).containsExactly(TensorType.INT8, TensorType.INT8, TensorType.INT32);
        assertThat(inputs.get(1).scales()).hasSize(2);
        assertThat(inputs.get(2).scales()).hasSize(2);
        assertThat(model.tensors().get(model.inputs().get(0)).type()).isEqualTo(TensorType.UINT8);
        assertThat(model.tensors().get(model.outputs().get(0)).type()).isEqualTo(TensorType.UINT8);
    }

    @Test
    void theTokenDoesNotMatter() {
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_TENSOR);
        byte[] one = SourceModelWriter.write(
                DenseSpecs.random(shape, TensorType.INT8, 1).token(1).build());
        byte[] two = SourceModelWriter.write(
                DenseSpecs.random(shape, TensorType.INT8, 1).token(2).build());
        assertThat(two).isEqualTo(one);
    }

    private static final class Agreement {
        int bytes;
        int differing;
        int largest;
        long distinct;
    }

    private static Agreement run(DenseSpec spec, DenseTemplate template) {
        Agreement agreement = new Agreement();
        List<Byte> seen = new ArrayList<>();
        Random random = new Random(11);
        try (CpuDevice cpu = new CpuDevice();
                Session session = cpu.open("source", SourceModelWriter.write(spec))) {
            for (int i = 0; i < RUNS; i++) {
                byte[] input = new byte[spec.shape().inputs()];
                random.nextBytes(input);
                byte[] actual = session.run(input);
                byte[] expected = template.expected(input);
                for (int out = 0; out < actual.length; out++) {
                    int difference = Math.abs(spec.outputDomain().steps(actual[out])
                            - spec.outputDomain().steps(expected[out]));
                    agreement.bytes++;
                    agreement.differing += difference == 0 ? 0 : 1;
                    agreement.largest = Math.max(agreement.largest, difference);
                    seen.add(actual[out]);
                }
            }
        }
        agreement.distinct = seen.stream().distinct().count();
        return agreement;
    }
}
