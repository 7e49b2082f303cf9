package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
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

/** Sources that are made here, compiled, and run beside TFLite's own kernels. */
class NetworkCompilerTest {
    private static final TensorDomain DOMAIN = new TensorDomain(true, 3);
    private static final float SCALE = 1 / 32f;
    private static final int RELU = 19;

    /** A small residual network: convolution, depthwise, 1x1, sum, maximum, fully connected, softmax. */
    private static byte[] network(boolean relu) {
        SourceGraphBuilder graph = new SourceGraphBuilder();
        int input = graph.activation("image", List.of(1, 16, 16, 3), SCALE, DOMAIN);
        int a = graph.activation("a", List.of(1, 16, 16, 16), SCALE, DOMAIN);
        int b = graph.activation("b", List.of(1, 16, 16, 16), SCALE, DOMAIN);
        int c = graph.activation("c", List.of(1, 16, 16, 16), SCALE, DOMAIN);
        int sum = graph.activation("sum", List.of(1, 16, 16, 16), SCALE, DOMAIN);
        int half = graph.activation("half", List.of(1, 8, 8, 16), SCALE, DOMAIN);
        int logits = graph.activation("logits", List.of(1, 10), 0.1f, DOMAIN);
        int odds = graph.activation("odds", List.of(1, 10), 1 / 256f, new TensorDomain(true, -128));
        Window window = new Window(3, 1, false);
        TensorType type = TensorType.INT8;
        graph.convolution(input, SCALE, a, type, window, parameters(List.of(16, 3, 3, 3), 16, 0, 1), Activation.RELU);
        int wide = graph.activation("wide", List.of(1, 16, 16, 16), SCALE, DOMAIN);
        graph.convolution(
                a,
                SCALE,
                wide,
                type,
                new Window(1, 1, false),
                parameters(List.of(16, 1, 1, 16), 16, 0, 5),
                Activation.RELU6);
        graph.depthwise(wide, SCALE, b, type, window, parameters(List.of(1, 3, 3, 16), 16, 3, 2), Activation.RELU6);
        graph.convolution(
                b,
                SCALE,
                c,
                type,
                new Window(1, 1, false),
                parameters(List.of(16, 1, 1, 16), 16, 0, 3),
                Activation.NONE);
        graph.sum(a, c, sum, Activation.NONE);
        graph.maximum(sum, half, new Window(2, 2, true));
        float[] one = {1 / 2048f};
        byte[] weights = new byte[10 * 1024];
        new Random(4).nextBytes(weights);
        graph.layer(
                half,
                SCALE,
                logits,
                type,
                new Parameters(List.of(10, 1024), weights, one, 0, 0, new int[10]),
                Activation.NONE);
        if (relu) {
            graph.plain(RELU, logits, odds);
        } else {
            graph.softmax(logits, odds, 1);
        }
        return graph.build("test network", input, odds);
    }

    private static Parameters parameters(List<Integer> shape, int outputs, int dimension, long seed) {
        int count = shape.stream().reduce(1, (x, y) -> x * y);
        Random random = new Random(seed);
        byte[] weights = new byte[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (byte) (random.nextInt(255) - 127);
        }
        float[] scales = new float[outputs];
        int[] bias = new int[outputs];
        for (int i = 0; i < outputs; i++) {
            scales[i] = (1 + random.nextFloat()) / 512;
            bias[i] = random.nextInt(2000) - 1000;
        }
        return new Parameters(shape, weights, scales, 0, dimension, bias);
    }

    private static TfliteModel source(boolean relu) {
        return TfliteModel.parse("net.tflite", network(relu));
    }

    @Test
    void answersAsItsSource() {
        CompiledNetwork compiled = NetworkCompiler.compile(source(false));
        assertThat(compiled.mapped()).isEqualTo(compiled.operators().size()).isEqualTo(8);
        CompiledCheck check = check(compiled.file(), network(false));
        assertThat(check.agrees()).isTrue();
        assertThat(check.largest()).isLessThanOrEqualTo(3);
    }

    /** A mean, a 1x1 convolution on its one pixel and a fully connected layer, each with a weight scale for each output. */
    @Test
    void answersAsASourceWithScalesByOutput() {
        SourceGraphBuilder graph = new SourceGraphBuilder();
        TensorType type = TensorType.INT8;
        int input = graph.activation("image", List.of(1, 8, 8, 8), SCALE, DOMAIN);
        int a = graph.activation("a", List.of(1, 8, 8, 72), SCALE, DOMAIN);
        int mean = graph.activation("mean", List.of(1, 1, 1, 72), SCALE, DOMAIN);
        int point = graph.activation("point", List.of(1, 1, 1, 100), SCALE, DOMAIN);
        int last = graph.activation("last", List.of(1, 7), SCALE, DOMAIN);
        Window window = new Window(3, 1, false);
        graph.convolution(input, SCALE, a, type, window, parameters(List.of(72, 3, 3, 8), 72, 0, 1), Activation.RELU);
        graph.average(a, mean, new Window(8, 1, true));
        graph.convolution(
                mean,
                SCALE,
                point,
                type,
                new Window(1, 1, false),
                parameters(List.of(100, 1, 1, 72), 100, 0, 2),
                Activation.RELU6);
        graph.layer(point, SCALE, last, type, parameters(List.of(7, 100), 7, 0, 3), Activation.NONE);
        byte[] source = graph.build("scales by output", input, last);
        byte[] compiled =
                NetworkCompiler.compile(TfliteModel.parse("net.tflite", source)).file();
        CompiledCheck check = check(compiled, source);
        assertThat(check.agrees()).isTrue();
        assertThat(check.largest()).isLessThanOrEqualTo(2);
    }

    @Test
    void answersAsASourceWhoseWindowIsTheWholeImage() {
        SourceGraphBuilder graph = new SourceGraphBuilder();
        TensorType type = TensorType.INT8;
        int input = graph.activation("image", List.of(1, 9, 11, 5), SCALE, DOMAIN);
        int a = graph.activation("a", List.of(1, 9, 11, 12), SCALE, DOMAIN);
        int b = graph.activation("b", List.of(1, 1, 1, 70), SCALE, DOMAIN);
        int c = graph.activation("c", List.of(1, 1, 1, 6), SCALE, DOMAIN);
        Window same = new Window(3, 1, false);
        graph.convolution(input, SCALE, a, type, same, parameters(List.of(12, 3, 3, 5), 12, 0, 11), Activation.RELU);
        Window whole = new Window(1, 1, true);
        graph.convolution(a, SCALE, b, type, whole, parameters(List.of(70, 9, 11, 12), 70, 0, 12), Activation.NONE);
        graph.convolution(b, SCALE, c, type, whole, parameters(List.of(6, 1, 1, 70), 6, 0, 13), Activation.NONE);
        byte[] source = graph.build("whole windows", input, c);
        CompiledNetwork compiled = NetworkCompiler.compileWhole(TfliteModel.parse("net.tflite", source));
        CompiledCheck check = check(compiled.file(), source);
        assertThat(check.agrees()).isTrue();
        assertThat(check.largest()).isLessThanOrEqualTo(2);
    }

    @Test
    void compilesTheSameBytesEachTime() {
        assertThat(NetworkCompiler.compile(source(false)).file())
                .isEqualTo(NetworkCompiler.compileWhole(source(false)).file());
    }

    @Test
    void noticesAnotherNetwork() {
        byte[] other = NetworkCompiler.compile(source(false)).file();
        assertThat(check(other, network(true)).agrees()).isFalse();
    }

    @Test
    void refusesWhatIsNoImage() {
        SourceGraphBuilder graph = new SourceGraphBuilder();
        int input = graph.activation("x", List.of(2, 8, 8, 4), SCALE, DOMAIN);
        int output = graph.activation("y", List.of(2, 8, 8, 4), SCALE, DOMAIN);
        graph.maximum(input, output, new Window(1, 1, true));
        byte[] batch = graph.build("batch", input, output);
        assertThatThrownBy(() -> NetworkCompiler.compile(TfliteModel.parse("batch.tflite", batch)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("[2, 8, 8, 4]");
        byte[] damaged = Arrays.copyOf(network(false), 400);
        assertThatThrownBy(() -> TfliteModel.parse("damaged", damaged)).isInstanceOf(BadInputException.class);
    }

    private static CompiledCheck check(byte[] compiled, byte[] source) {
        try (Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            return CompiledCheck.run(
                    emulator,
                    TfliteModel.parse("compiled", compiled),
                    cpu,
                    TfliteModel.parse("source", source),
                    CompiledCheck.random(2, 7));
        }
    }
}
