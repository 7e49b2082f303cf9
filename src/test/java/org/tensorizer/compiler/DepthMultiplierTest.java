package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.SourceGraphBuilder;
import org.tensorizer.template.SourceGraphBuilder.Parameters;
import org.tensorizer.template.SourceGraphBuilder.Window;
import org.tensorizer.tools.CompiledCheck;

/** Depthwise convolutions of several outputs for each channel, and of one pixel, which become ordinary ones. */
class DepthMultiplierTest {
    private static final float SCALE = 1 / 32f;

    private static TfliteModel source(
            int size, int channels, int multiplier, int kernel, int stride, boolean perChannel) {
        TensorType type = perChannel ? TensorType.INT8 : TensorType.UINT8;
        TensorDomain domain = new TensorDomain(perChannel, perChannel ? 3 : 131);
        Random random = new Random(channels * 31L + multiplier);
        int outputs = channels * multiplier;
        int side = (size + stride - 1) / stride;
        SourceGraphBuilder graph = new SourceGraphBuilder();
        int input = graph.activation("image", List.of(1, size, size, channels), SCALE, domain);
        int output = graph.activation("result", List.of(1, side, side, outputs), SCALE, domain);
        byte[] weights = new byte[kernel * kernel * outputs];
        random.nextBytes(weights);
        float[] scales = new float[perChannel ? outputs : 1];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (1 + random.nextFloat()) / 256;
        }
        int[] bias = random.ints(outputs, -1000, 1000).toArray();
        Parameters numbers = new Parameters(
                List.of(1, kernel, kernel, outputs), weights, scales, perChannel ? 0 : 119, perChannel ? 3 : 0, bias);
        graph.depthwise(input, SCALE, output, type, new Window(kernel, stride, false), numbers, Activation.RELU);
        return TfliteModel.parse("multiplied.tflite", graph.build("test", input, output));
    }

    @ParameterizedTest
    @CsvSource({
        "16, 1, 8, 7, 1, true",
        "16, 4, 2, 3, 2, true",
        "16, 3, 5, 5, 1, false",
        "8, 8, 1, 1, 1, true",
        "8, 64, 2, 3, 1, true"
    })
    void answersAsItsSource(int size, int channels, int multiplier, int kernel, int stride, boolean perChannel) {
        TfliteModel source = source(size, channels, multiplier, kernel, stride, perChannel);
        CompiledNetwork network = NetworkCompiler.compileWhole(source);
        try (Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            CompiledCheck check = CompiledCheck.run(
                    emulator, TfliteModel.parse("compiled", network.file()), cpu, source, CompiledCheck.random(2, 7));
            assertThat(check.largest()).isLessThanOrEqualTo(1);
            assertThat(check.differing()).isLessThan(check.numbers() / 50);
        }
    }

    @Test
    void refusesWhatWouldBeMostlyZeros() {
        assertThatThrownBy(() -> NetworkCompiler.compile(source(8, 68, 2, 3, 1, true)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("2 outputs for each of 68 channels")
                .hasMessageContaining("at most 64");
    }
}
