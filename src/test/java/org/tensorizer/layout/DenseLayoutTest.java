package org.tensorizer.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.layout.DenseLayout.WeightBlock;

class DenseLayoutTest {
    private static final ParameterFormat PLAIN = ParameterFormat.PER_TENSOR;

    static Stream<DenseShape> shapes() {
        int[][] sizes = {{1, 1}, {3, 2}, {4, 16}, {5, 17}, {64, 10}, {10, 49}, {100, 100}, {7, 64}, {6, 65}, {21, 131}};
        return Stream.of(sizes)
                .flatMap(size ->
                        Stream.of(ParameterFormat.values()).map(format -> DenseShape.of(size[0], size[1], format)));
    }

    /** Points known from compiled models, as (in, out) of a layer without header. */
    @ParameterizedTest
    @CsvSource({
        "256, 1, 0, 1",
        "256, 0, 1, 4",
        "256, 4, 0, 256",
        "256, 64, 0, 4096",
        "256, 0, 64, 16384",
        "256, 255, 255, 65535",
        "512, 0, 64, 32768",
        "1024, 0, 64, 65536"
    })
    void checkPointsOfCompiledModels(int n, int in, int out, int offset) {
        DenseLayout layout = DenseLayout.of(DenseShape.square(n, PLAIN));
        assertThat(layout.offset(out, in)).isEqualTo(offset);
        assertThat(layout.role(offset)).isEqualTo(new ByteRole.Weight(out, in));
        assertThat(layout.size()).isEqualTo(n * n);
    }

    @Test
    void aPerChannelHeaderShiftsTheWeightsOfEachGroup() {
        DenseLayout layout = DenseLayout.of(DenseShape.square(256, ParameterFormat.PER_CHANNEL));
        assertThat(layout.size()).isEqualTo(67_584);
        assertThat(layout.offset(0, 0)).isEqualTo(512);
        assertThat(layout.offset(64, 0)).isEqualTo(16_384 + 2 * 512);
        assertThat(layout.role(0)).isEqualTo(new ByteRole.Scale(0, 0));
        assertThat(layout.role(255)).isEqualTo(new ByteRole.Scale(63, 3));
        assertThat(layout.role(256)).isEqualTo(new ByteRole.ZeroPoint(0, 0));
        assertThat(layout.role(16_896 + 6)).isEqualTo(new ByteRole.Scale(65, 2));
    }

    @Test
    void paddingHasItsOwnRoles() {
        DenseLayout layout = DenseLayout.of(DenseShape.of(5, 10, ParameterFormat.PER_CHANNEL_BIAS));
        assertThat(layout.rowBytes()).isEqualTo(64);
        assertThat(layout.size()).isEqualTo(64 * (3 + 2));
        assertThat(layout.role(64 + 9 * 4 + 1)).isEqualTo(new ByteRole.Bias(9, 1));
        assertThat(layout.role(64 + 10 * 4)).isEqualTo(ByteRole.Padding.LANE);
        assertThat(layout.role(64 + 12 * 4)).isEqualTo(ByteRole.Padding.UNIT);
        assertThat(layout.role(4 * 64)).isEqualTo(new ByteRole.Weight(0, 4));
        assertThat(layout.role(4 * 64 + 1)).isEqualTo(ByteRole.Padding.INPUT);
        assertThat(layout.role(4 * 64 + 40)).isEqualTo(ByteRole.Padding.LANE);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyByteHasOneRoleAndEveryValueItsBytes(DenseShape shape) {
        DenseLayout layout = DenseLayout.of(shape);
        int values = shape.outputs() * 4;
        assertThat(count(layout, ByteRole.Weight.class::isInstance)).isEqualTo((long) shape.inputs() * shape.outputs());
        assertThat(count(layout, ByteRole.Scale.class::isInstance))
                .isEqualTo(shape.format().isPerChannel() ? values : 0);
        assertThat(count(layout, ByteRole.ZeroPoint.class::isInstance))
                .isEqualTo(shape.format().isPerChannel() ? values : 0);
        assertThat(count(layout, ByteRole.Bias.class::isInstance))
                .isEqualTo(shape.format().hasBias() ? values : 0);
        assertThat(IntStream.range(0, layout.size())
                        .mapToObj(layout::role)
                        .filter(role -> !(role instanceof ByteRole.Padding))
                        .distinct()
                        .count())
                .isEqualTo(count(layout, role -> !(role instanceof ByteRole.Padding)));
        for (int out = 0; out < shape.outputs(); out++) {
            for (int in = 0; in < shape.inputs(); in++) {
                assertThat(layout.role(layout.offset(out, in))).isEqualTo(new ByteRole.Weight(out, in));
            }
        }
    }

    private static long count(DenseLayout layout, Predicate<ByteRole> wanted) {
        return IntStream.range(0, layout.size())
                .mapToObj(layout::role)
                .filter(wanted)
                .count();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void packingWhatWasUnpackedChangesNothing(DenseShape shape) {
        DenseLayout layout = DenseLayout.of(shape);
        byte[] file = new byte[layout.size() + 13];
        new Random(1).nextBytes(file);
        byte[] before = file.clone();
        byte[] weights = layout.unpack(file, 7);
        layout.pack(weights, file, 7);
        assertThat(file).isEqualTo(before);
        assertThat(layout.unpack(ByteBuffer.wrap(file, 7, layout.size()).asReadOnlyBuffer()))
                .isEqualTo(weights);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void packingChangesWeightBytesOnly(DenseShape shape) {
        DenseLayout layout = DenseLayout.of(shape);
        byte[] payload = new byte[layout.size()];
        new Random(2).nextBytes(payload);
        byte[] before = payload.clone();
        byte[] weights = new byte[shape.inputs() * shape.outputs()];
        new Random(3).nextBytes(weights);
        layout.pack(weights, payload, 0);
        for (int offset = 0; offset < payload.length; offset++) {
            byte expected = layout.role(offset) instanceof ByteRole.Weight w
                    ? (byte) (weights[w.out() * shape.inputs() + w.in()] + 128)
                    : before[offset];
            assertThat(payload[offset]).as("byte %d", offset).isEqualTo(expected);
        }
    }

    @Test
    void aBlockChangesItsOwnBytesOnly() {
        Random random = new Random(4);
        for (DenseShape shape : shapes().toList()) {
            DenseLayout layout = DenseLayout.of(shape);
            for (int n = 0; n < 20; n++) {
                int out = random.nextInt(shape.outputs());
                int in = random.nextInt(shape.inputs());
                WeightBlock block = new WeightBlock(
                        out, in, 1 + random.nextInt(shape.outputs() - out), 1 + random.nextInt(shape.inputs() - in));
                checkBlock(layout, block, random);
            }
        }
    }

    private static void checkBlock(DenseLayout layout, WeightBlock block, Random random) {
        byte[] payload = new byte[layout.size() + 5];
        random.nextBytes(payload);
        byte[] expected = payload.clone();
        int stride = block.ins() + random.nextInt(3);
        byte[] source = new byte[3 + (block.outs() - 1) * stride + block.ins()];
        random.nextBytes(source);
        for (int o = 0; o < block.outs(); o++) {
            for (int i = 0; i < block.ins(); i++) {
                expected[5 + layout.offset(block.out() + o, block.in() + i)] =
                        (byte) (source[3 + o * stride + i] ^ 0x80);
            }
        }
        layout.packBlock(source, 3, stride, block, payload, 5);
        assertThat(payload).as("%s, %s", layout, block).isEqualTo(expected);

        byte[] read = source.clone();
        for (int o = 0; o < block.outs(); o++) {
            Arrays.fill(read, 3 + o * stride, 3 + o * stride + block.ins(), (byte) 0);
        }
        layout.unpackBlock(payload, 5, block, read, 3, stride);
        assertThat(read).isEqualTo(source);
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, -1", "521, 0", "0, 1024"})
    void aChannelOutsideTheLayerIsRefused(int out, int in) {
        DenseLayout layout = DenseLayout.of(DenseShape.of(1024, 521, PLAIN));
        assertThatThrownBy(() -> layout.offset(out, in))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(out == 0 ? "0 to 1023" : "0 to 520");
    }

    @Test
    void offsetsBlocksAndArraysThatDoNotFitAreRefused() {
        DenseLayout layout = DenseLayout.of(DenseShape.square(64, PLAIN));
        byte[] payload = new byte[4096];
        byte[] weights = new byte[4096];
        assertThatThrownBy(() -> layout.role(4096))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("4095");
        assertThatThrownBy(() -> layout.role(-1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> layout.pack(new byte[4095], payload, 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("4095 weights")
                .hasMessageContaining("64 x 64 = 4096");
        assertThatThrownBy(() -> layout.pack(weights, payload, 1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> layout.pack(weights, payload, -1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> layout.unpack(ByteBuffer.allocate(4097))).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> layout.packBlock(weights, 0, 1, new WeightBlock(60, 0, 5, 1), payload, 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("W[60..64][0..0]");
        assertThatThrownBy(() -> layout.packBlock(weights, 0, 3, new WeightBlock(0, 0, 2, 4), payload, 0))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new WeightBlock(0, 0, 0, 1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new WeightBlock(-1, 0, 1, 1)).isInstanceOf(BadInputException.class);
    }

    @Test
    void aShapeWithoutEvidenceIsRefused() {
        assertThatThrownBy(() -> DenseLayout.of(DenseShape.of(256, 1280, ParameterFormat.PER_CHANNEL)))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> DenseLayout.of(DenseShape.of(512, 1100, PLAIN)))
                .isInstanceOf(BadInputException.class);
    }

    @Test
    void weightsAreStoredWithTheirTopBitFlipped() {
        DenseLayout layout = DenseLayout.of(DenseShape.of(256, 1, PLAIN));
        byte[] weights = new byte[256];
        for (int in = 0; in < weights.length; in++) {
            weights[in] = (byte) (in - 128);
        }
        byte[] payload = new byte[layout.size()];
        layout.pack(weights, payload, 0);
        for (int in = 0; in < weights.length; in++) {
            assertThat(payload[layout.offset(0, in)] & 0xFF).isEqualTo(in);
        }
        assertThat(layout.unpack(payload, 0)).isEqualTo(weights);
    }

    /** A payload of zero weights. */
    static byte[] blank(DenseLayout layout) {
        byte[] payload = new byte[layout.size()];
        layout.clear(payload, 0);
        return payload;
    }

    /** Whatever stood there before: a cleared payload is a blank one, and no byte around it has changed. */
    @Test
    void clearingWritesOverEverythingAndNothingElse() {
        for (ParameterFormat format : ParameterFormat.values()) {
            DenseLayout layout = DenseLayout.of(DenseShape.square(64, format));
            byte[] dirty = new byte[layout.size() + 20];
            Arrays.fill(dirty, (byte) 0x5a);
            layout.clear(dirty, 7);
            assertThat(Arrays.copyOfRange(dirty, 7, 7 + layout.size()))
                    .as("%s", format)
                    .isEqualTo(blank(layout));
            assertThat(Arrays.copyOf(dirty, 7)).containsOnly(0x5a);
            assertThat(Arrays.copyOfRange(dirty, 7 + layout.size(), dirty.length))
                    .containsOnly(0x5a);
        }
        DenseLayout layout = DenseLayout.of(DenseShape.square(64, PLAIN));
        byte[] whole = new byte[layout.size()];
        assertThatThrownBy(() -> layout.clear(whole, 1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> layout.clear(whole, -1)).isInstanceOf(BadInputException.class);
    }

    @Test
    void blocksToReadAreHeldToTheirBoundsExactly() {
        DenseLayout layout = DenseLayout.of(DenseShape.square(64, PLAIN));
        byte[] payload = blank(layout);
        WeightBlock block = new WeightBlock(60, 3, 4, 5);
        layout.unpackBlock(payload, 0, block, new byte[3 * 9 + 5], 0, 9);
        layout.unpackBlock(payload, 0, block, new byte[2 + 3 * 5 + 5], 2, 5);
        assertThatThrownBy(() -> layout.unpackBlock(payload, 0, block, new byte[3 * 9 + 4], 0, 9))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("in an array of 31 weights");
        assertThatThrownBy(() -> layout.unpackBlock(payload, 0, block, new byte[100], -1, 9))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> layout.unpackBlock(payload, 0, block, new byte[100], 0, 4))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> layout.unpackBlock(payload, 1, block, new byte[100], 0, 9))
                .isInstanceOf(BadInputException.class);
        assertThat(layout.requireInside(new WeightBlock(0, 0, 64, 64))).isEqualTo(new WeightBlock(0, 0, 64, 64));
        assertThatThrownBy(() -> layout.requireInside(new WeightBlock(0, 60, 1, 5)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("W[0..63][0..63]");
        assertThat(layout).hasToString("layout of " + DenseShape.square(64, PLAIN));
        assertThat(layout.headerBytes()).isZero();
        assertThat(DenseLayout.of(DenseShape.square(64, ParameterFormat.PER_CHANNEL))
                        .headerBytes())
                .isEqualTo(512);
    }
}
