package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;

/** Emulated outputs are those of integer arithmetic, for every kind of program there is. */
class EmulatedProgramTest {
    @ParameterizedTest
    @ValueSource(ints = {256, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2304, 2688})
    void squaresPerTensor(int n) {
        assertExact(TestDense.random(DenseShape.square(n, ParameterFormat.PER_TENSOR), n), 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 512, 1024})
    void squaresPerChannel(int n) {
        assertExact(TestDense.random(DenseShape.square(n, ParameterFormat.PER_CHANNEL), n), 3);
    }

    /** A sweep over shapes, formats and activations; every kind of partition comes up. */
    @Test
    void anyShape() {
        Random random = new Random(20260726);
        Map<ParameterFormat, Integer> formats = new EnumMap<>(ParameterFormat.class);
        List<DenseShape> tried = new ArrayList<>();
        while (tried.size() < 240) {
            DenseShape shape = new DenseShape(
                    channels(random),
                    channels(random),
                    ParameterFormat.of(random.nextInt(4)),
                    Activation.values()[random.nextInt(3)]);
            if (!ShapeStatus.of(shape).isRefused()) {
                assertExact(TestDense.random(shape, random.nextLong()), 1);
                formats.merge(shape.format(), 1, Integer::sum);
                tried.add(shape);
            }
        }
        assertThat(formats.values()).allMatch(count -> count > 20);
        assertThat(tried).anyMatch(s -> s.outputPartition().hasShortLastTile());
        assertThat(tried).anyMatch(s -> s.outputPartition().groupsPerTile() > 1);
        assertThat(tried).anyMatch(s -> s.inputPartition().groupsPerTile() > 1);
    }

    /** Small sizes often, large ones now and then, multiples of 64 as often as not. */
    private static int channels(Random random) {
        int n = 1 + random.nextInt(1 << 2 + random.nextInt(11));
        return random.nextBoolean() ? n : (n + 63) / 64 * 64;
    }

    private static void assertExact(TestDense dense, int inputs) {
        EmulatedProgram program = dense.compiled().load();
        Random random = new Random(1);
        byte[] out = new byte[dense.shape().outputs()];
        for (int i = 0; i < inputs; i++) {
            byte[] in = dense.randomInput(random);
            program.run(in, out);
            assertThat(out).as("%s, input %d", dense.shape(), i).isEqualTo(dense.expected(in));
        }
    }
}
