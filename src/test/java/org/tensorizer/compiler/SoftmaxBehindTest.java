package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.BuiltinFields.Steps;
import org.tensorizer.template.TfliteWriter;
import org.tensorizer.template.TfliteWriter.Scaling;
import org.tensorizer.tools.CompiledCheck;

/** A softmax behind something else than a fully connected layer, against TFLite's own kernels. */
class SoftmaxBehindTest {
    private static final Scaling NUMBERS = Scaling.of(1 / 16f, -7);

    /** A 1x1 convolution of an 8x8 image, then perhaps the mean, then a row of all numbers, then the softmax. */
    private static TfliteModel source(int channels, boolean mean) {
        TfliteWriter writer = new TfliteWriter();
        int image = writer.tensor("image", TensorType.INT8, List.of(1, 8, 8, 8), NUMBERS, null);
        byte[] weights = new byte[channels * 8];
        new Random(channels).nextBytes(weights);
        int filter =
                writer.tensor("filter", TensorType.INT8, List.of(channels, 1, 1, 8), Scaling.of(1 / 256f, 0), weights);
        int bias = writer.biases("bias", new int[channels], 1 / 16f, new float[] {1 / 256f});
        List<Integer> shape = new ArrayList<>(List.of(1, 8, 8, channels));
        int last = writer.tensor("convolved", TensorType.INT8, shape, NUMBERS, null);
        writer.operator(
                "CONV_2D",
                3,
                List.of(image, filter, bias),
                last,
                BuiltinFields.convolution(Steps.of(true, 1), FusedActivation.NONE));
        int classes = 64 * channels;
        if (mean) {
            int average = writer.tensor("mean", TensorType.INT8, List.of(1, 1, 1, channels), NUMBERS, null);
            writer.operator(
                    "AVERAGE_POOL_2D",
                    2,
                    List.of(last),
                    average,
                    BuiltinFields.pool(Steps.of(false, 1), 8, 8, FusedActivation.NONE));
            last = average;
            classes = channels;
        }
        int dimensions = writer.integers("dimensions", List.of(2), null, 1, classes);
        int row = writer.tensor("row", TensorType.INT8, List.of(1, classes), NUMBERS, null);
        writer.operator("RESHAPE", 1, List.of(last, dimensions), row, BuiltinFields.NONE);
        int odds = writer.tensor("odds", TensorType.INT8, List.of(1, classes), Scaling.of(1 / 256f, -128), null);
        writer.operator("SOFTMAX", 2, List.of(row), odds, BuiltinFields.softmax(1));
        return TfliteModel.parse("softmax.tflite", writer.write(List.of(image), List.of(odds), "test"));
    }

    private static void check(TfliteModel source) {
        CompiledNetwork network = NetworkCompiler.compileWhole(source);
        try (Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            CompiledCheck check = CompiledCheck.run(
                    emulator, TfliteModel.parse("compiled", network.file()), cpu, source, CompiledCheck.random(3, 7));
            assertThat(check.agrees()).isTrue();
            assertThat(check.largest()).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void behindTheMean() {
        check(source(20, true));
        check(source(132, true));
    }

    @Test
    void behindAConvolution() {
        check(source(1, false));
        check(source(5, false));
    }

    @Test
    void staysOnTheHostWhereThereAreTooManyClasses() {
        TfliteModel source = source(17, false);
        CompiledNetwork network = NetworkCompiler.compile(source);
        assertThat(network.operators().get(2).mapped()).isFalse();
        assertThatThrownBy(() -> NetworkCompiler.compileWhole(source))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("at most 1024 classes");
    }
}
