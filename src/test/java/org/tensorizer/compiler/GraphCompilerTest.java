package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.BuiltinOperator;
import org.tensorizer.network.Network;
import org.tensorizer.template.SourceGraphBuilder;
import org.tensorizer.template.SourceGraphBuilder.Parameters;
import org.tensorizer.template.SourceGraphBuilder.Window;
import org.tensorizer.tools.CompiledCheck;

/** Sources with branches, functions, products, concatenations and resizes, compiled, and run beside TFLite's kernels. */
class GraphCompilerTest {
    private static final float SCALE = 1 / 32f;

    /** A source under construction; tensors by the numbers that they get. */
    private static final class Sketch {
        final boolean signed;
        final SourceGraphBuilder graph = new SourceGraphBuilder();
        final Random random = new Random(5);
        final int input;
        private int tensors;

        Sketch(boolean signed) {
            this.signed = signed;
            input = image(16, 8, SCALE, 0);
        }

        /** @param zero of the signed domain */
        int image(int side, int channels, float scale, int zero) {
            return tensor(List.of(1, side, side, channels), scale, zero);
        }

        int tensor(List<Integer> shape, float scale, int zero) {
            TensorDomain domain = new TensorDomain(signed, signed ? zero : zero + 128);
            return graph.activation("tensor" + tensors++, shape, scale, domain);
        }

        int convolve(int from, int inputs, float scale, int kernel, int stride, int side, int outputs) {
            int to = image(side, outputs, SCALE, 3);
            Parameters numbers = parameters(List.of(outputs, kernel, kernel, inputs), outputs);
            graph.convolution(from, scale, to, type(), new Window(kernel, stride, false), numbers, Activation.NONE);
            return to;
        }

        int dense(int from, int inputs, float scale, int outputs) {
            int to = tensor(List.of(1, outputs), SCALE, 3);
            graph.layer(from, scale, to, type(), parameters(List.of(outputs, inputs), outputs), Activation.NONE);
            return to;
        }

        private TensorType type() {
            return signed ? TensorType.INT8 : TensorType.UINT8;
        }

        private Parameters parameters(List<Integer> shape, int outputs) {
            byte[] weights = new byte[shape.stream().reduce(1, (a, b) -> a * b)];
            random.nextBytes(weights);
            float[] scales = new float[signed ? outputs : 1];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = (1 + random.nextFloat()) / 1024;
            }
            return new Parameters(
                    shape,
                    weights,
                    scales,
                    signed ? 0 : 120,
                    0,
                    random.ints(outputs, -900, 900).toArray());
        }

        int function(int builtin, int from, List<Integer> shape) {
            boolean logistic = builtin == BuiltinOperator.LOGISTIC;
            int to = tensor(shape, logistic ? 1 / 256f : 1 / 128f, logistic ? -128 : 0);
            graph.plain(builtin, from, to);
            return to;
        }
    }

    /** What is tried: the tensors that are outputs. */
    private enum Try {
        LOGISTIC {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 1, 16, 20);
                int b = s.function(BuiltinOperator.LOGISTIC, a, List.of(1, 16, 16, 20));
                return List.of(s.convolve(b, 20, 1 / 256f, 3, 2, 8, 12));
            }
        },
        TANH {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 1, 16, 20);
                return List.of(s.function(BuiltinOperator.TANH, a, List.of(1, 16, 16, 20)));
            }
        },
        LAYERS_WITH_FUNCTIONS {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 2, 8, 4);
                int b = s.function(BuiltinOperator.TANH, s.dense(a, 256, SCALE, 70), List.of(1, 70));
                return List.of(s.function(BuiltinOperator.LOGISTIC, s.dense(b, 70, 1 / 128f, 9), List.of(1, 9)));
            }
        },
        PRODUCT {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 1, 16, 20);
                int gate = s.function(BuiltinOperator.LOGISTIC, a, List.of(1, 16, 16, 20));
                int to = s.image(16, 20, SCALE, 0);
                s.graph.product(a, gate, to, Activation.NONE);
                return List.of(s.convolve(to, 20, SCALE, 3, 1, 16, 8));
            }
        },
        CONCATENATION {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 2, 8, 20);
                int b = s.convolve(a, 20, SCALE, 3, 1, 8, 12);
                int c = s.convolve(a, 20, SCALE, 1, 1, 8, 7);
                int to = s.image(8, 39, SCALE, 3);
                s.graph.concatenation(List.of(a, b, c), to);
                return List.of(s.convolve(to, 39, SCALE, 3, 1, 8, 8));
            }
        },
        BILINEAR {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 2, 8, 20);
                int to = s.image(16, 20, SCALE, 3);
                s.graph.resize(a, to, true, 16, 16);
                return List.of(s.convolve(to, 20, SCALE, 3, 1, 16, 8));
            }
        },
        NEAREST {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 2, 8, 20);
                int to = s.image(16, 20, SCALE, 3);
                s.graph.resize(a, to, false, 16, 16);
                return List.of(to);
            }
        },
        QUANTIZE {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 2, 8, 20);
                int to = s.image(8, 20, 1 / 20f, -9);
                s.graph.quantize(a, to);
                return List.of(s.convolve(to, 20, 1 / 20f, 3, 1, 8, 8));
            }
        },
        TWO_HEADS_AND_AN_INNER_IMAGE {
            @Override
            List<Integer> build(Sketch s) {
                int a = s.convolve(s.input, 8, SCALE, 3, 2, 8, 24);
                int b = s.convolve(a, 24, SCALE, 3, 1, 8, 17);
                return List.of(s.convolve(a, 24, SCALE, 1, 1, 8, 34), a, b);
            }
        };

        abstract List<Integer> build(Sketch sketch);
    }

    @ParameterizedTest
    @EnumSource
    void answersAsItsSource(Try each) {
        for (boolean signed : List.of(true, false)) {
            Sketch sketch = new Sketch(signed);
            List<Integer> outputs = each.build(sketch);
            byte[] source = sketch.graph.build(each.toString(), sketch.input, outputs);
            CompiledNetwork compiled = NetworkCompiler.compile(TfliteModel.parse("net.tflite", source));
            assertThat(compiled.mapped()).isEqualTo(compiled.operators().size());
            if (each != Try.NEAREST) { // which no rule for reading programs knows
                Network network = Network.of(TfliteModel.parse("compiled", compiled.file()));
                assertThat(network.graph().unknown()).isEmpty();
            }
            CompiledCheck check = check(compiled.file(), source);
            assertThat(check.outputs()).hasSameSizeAs(outputs);
            // TFLite rounds in fixed point and ties away from zero: now and then a step, of which TANH makes four
            assertThat(check.largest()).isLessThanOrEqualTo(4);
            assertThat(check.mean()).isLessThan(0.5);
        }
    }

    @Test
    void aVectorInsideThatIsAnOutputEndsTheChipsPart() {
        Sketch s = new Sketch(true);
        int a = s.convolve(s.input, 8, SCALE, 3, 2, 8, 4);
        int first = s.dense(a, 256, SCALE, 20);
        byte[] source = s.graph.build("vectors", s.input, List.of(first, s.dense(first, 20, SCALE, 10)));
        CompiledNetwork compiled = NetworkCompiler.compile(TfliteModel.parse("net.tflite", source));
        assertThat(compiled.mapped()).isEqualTo(2);
        assertThat(compiled.operators().get(2).reason()).contains("only images and the last vector leave the chip");
        assertThat(check(compiled.file(), source).agrees()).isTrue();
    }

    @Test
    void refusesResizesToOtherSizes() {
        Sketch s = new Sketch(true);
        List<Integer> made = new ArrayList<>();
        made.add(s.image(48, 8, SCALE, 0));
        s.graph.resize(s.input, made.get(0), true, 48, 48);
        byte[] source = s.graph.build("three times", s.input, made);
        assertThatThrownBy(() -> NetworkCompiler.compile(TfliteModel.parse("net.tflite", source)))
                .isInstanceOf(BadInputException.class);
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
