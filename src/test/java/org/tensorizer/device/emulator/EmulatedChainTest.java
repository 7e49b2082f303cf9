package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ChainProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;

/** Several layers in one program give what the layers give one after the other. */
class EmulatedChainTest {
    @ParameterizedTest
    @ValueSource(strings = {"784 64 10", "500 256 256 6", "784 512 512 10", "1024 521 3", "64 1280 256", "3 5 7 9 11"})
    void chain(String sizes) {
        List<Integer> channels =
                java.util.Arrays.stream(sizes.split(" ")).map(Integer::valueOf).toList();
        for (ParameterFormat format : ParameterFormat.values()) {
            List<DenseShape> shapes = new ArrayList<>();
            for (int i = 1; i < channels.size(); i++) {
                DenseShape shape = new DenseShape(channels.get(i - 1), channels.get(i), format, Activation.RELU);
                shapes.add(
                        shape.outputs() <= 1024
                                ? shape
                                : DenseShape.of(shape.inputs(), shape.outputs(), ParameterFormat.PER_TENSOR));
            }
            assertChain(shapes, format.code());
        }
    }

    @Test
    void formatsMayDifferFromLayerToLayer() {
        assertChain(
                List.of(
                        DenseShape.of(300, 640, ParameterFormat.PER_CHANNEL_BIAS),
                        DenseShape.of(640, 100, ParameterFormat.PER_TENSOR),
                        DenseShape.of(100, 70, ParameterFormat.PER_TENSOR_BIAS),
                        DenseShape.of(70, 320, ParameterFormat.PER_CHANNEL)),
                7);
    }

    private static void assertChain(List<DenseShape> shapes, long seed) {
        List<TestDense> layers = new ArrayList<>();
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (DenseShape shape : shapes) {
            TestDense layer = TestDense.random(shape, seed + layers.size());
            if (!layers.isEmpty()) {
                layer = layer.withQuantization(
                        follow(layers.get(layers.size() - 1).quantization(), layer.quantization()));
            }
            layers.add(layer);
            payload.writeBytes(layer.payload());
        }
        ChainProgram program = ChainProgram.of(
                shapes, layers.stream().map(TestDense::quantization).toList());
        TestPackage compiled = new TestPackage(
                program.parameterCaching(),
                program.executionOnly(),
                payload.toByteArray(),
                shapes.get(0).inputs(),
                shapes.get(shapes.size() - 1).outputs());
        byte[] values = layers.get(0).randomInput(new Random(seed));
        byte[] out = compiled.run(values);
        for (TestDense layer : layers) {
            values = layer.expected(values);
        }
        assertThat(out).as("%s", shapes).isEqualTo(values);
    }

    private static Quantization follow(Quantization before, Quantization q) {
        return new Quantization(
                before.outputScale(),
                before.outputZeroPoint(),
                q.weightScale() * q.inputScale() / before.outputScale(),
                q.weightZeroPoint(),
                q.outputScale(),
                q.outputZeroPoint());
    }
}
