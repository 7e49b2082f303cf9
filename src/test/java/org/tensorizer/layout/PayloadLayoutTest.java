package org.tensorizer.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadLayoutTest {
    private static final Header FULL = new Header(true, true, true);
    private static final Header BIAS = new Header(false, true, false);

    @ParameterizedTest
    @CsvSource({"64,1,1,64,1", "6,1,1,256,1", "70,3,3,9,1", "130,1,1,7,1", "32,3,3,32,8", "256,11,11,32,4", "8,7,7,1,1"
    })
    void everyWeightHasAPlaceOfItsOwnAndComesBack(int outputs, int height, int width, int inputs, int block) {
        for (Header header :
                new Header[] {FULL, BIAS, new Header(false, false, false), new Header(false, true, true)}) {
            roundTrip(new RowLayout(outputs, height, width, inputs, header, block, RowLayout.Rows.PADDED));
        }
    }

    @ParameterizedTest
    @CsvSource({"32,3,3", "5,3,3", "1,1,1", "64,7,7"})
    void everyDepthwiseWeightHasAPlaceOfItsOwnAndComesBack(int channels, int height, int width) {
        roundTrip(new BlockLayout(channels, height, width, FULL));
        roundTrip(new BlockLayout(channels, height, width, BIAS));
    }

    /** Whatever part of the weights is asked for: all of them, none twice, in ascending order. */
    @ParameterizedTest
    @CsvSource({"0,70,0,9,0,9", "3,4,0,9,0,9", "0,70,4,5,0,9", "0,70,0,9,5,6", "60,67,3,5,2,7", "69,70,8,9,8,9"})
    void aVisitGoesOverTheCellsAskedFor(int out, int endOut, int tap, int endTap, int in, int endIn) {
        for (int block : new int[] {1, 3}) {
            visit(
                    new RowLayout(70, 3, 3, 9, FULL, block, RowLayout.Rows.PADDED),
                    new WeightCells(out, endOut, tap, endTap, in, endIn));
        }
        visit(new BlockLayout(70, 3, 3, BIAS), new WeightCells(out, endOut, tap, endTap, 0, 1));
    }

    private static void visit(PayloadLayout layout, WeightCells cells) {
        int[] last = {-1, 0};
        layout.visit(cells, (start, end) -> {
            assertThat(start).isGreaterThan(last[0]);
            for (int offset = start; offset < end; offset++) {
                ByteRole.Weight weight = (ByteRole.Weight) layout.role(offset);
                int at = weight.ky() * layout.width() + weight.kx();
                assertThat(weight.out() >= cells.firstOutput() && weight.out() < cells.endOutput())
                        .isTrue();
                assertThat(at >= cells.firstTap() && at < cells.endTap()).isTrue();
                assertThat(weight.in() >= cells.firstInput() && weight.in() < cells.endInput())
                        .isTrue();
                last[1]++;
            }
            last[0] = end - 1;
        });
        assertThat(last[1])
                .isEqualTo((cells.endOutput() - cells.firstOutput())
                        * (cells.endTap() - cells.firstTap())
                        * (cells.endInput() - cells.firstInput()));
    }

    private static void roundTrip(PayloadLayout layout) {
        Random random = new Random(layout.size());
        byte[] weights = new byte[layout.weights()];
        random.nextBytes(weights);
        int[] biases = random.ints(layout.outputs()).toArray();
        float[] scales = new float[layout.outputs()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = random.nextFloat();
        }
        int at = 192;
        byte[] payload = new byte[layout.size() + 2 * at];
        Arrays.fill(payload, (byte) 0x55);
        layout.write(weights, 77, biases, scales, payload, at);

        assertThat(layout.unpack(payload, at)).isEqualTo(weights);
        for (int i = 0; i < at; i++) {
            assertThat(payload[i]).isEqualTo((byte) 0x55);
            assertThat(payload[payload.length - 1 - i]).isEqualTo((byte) 0x55);
        }
        BitSet used = new BitSet();
        int k = 0;
        for (int o = 0; o < layout.outputs(); o++) {
            for (int y = 0; y < layout.height(); y++) {
                for (int x = 0; x < layout.width(); x++) {
                    for (int i = 0; i < layout.inputs(); i++, k++) {
                        int offset = layout.offset(o, y, x, i);
                        assertThat(used.get(offset)).isFalse();
                        used.set(offset);
                        assertThat(layout.role(offset)).isEqualTo(new ByteRole.Weight(o, y, x, i));
                        assertThat(payload[at + offset]).isEqualTo(weights[k]);
                    }
                }
            }
            if (layout.header().biases()) {
                used.set(layout.biasOffset(o), layout.biasOffset(o) + 4);
                assertThat(layout.role(layout.biasOffset(o) + 3)).isEqualTo(new ByteRole.Bias(o, 3));
                assertThat(PayloadLayout.Words.get(payload, at + layout.biasOffset(o)))
                        .isEqualTo(biases[o]);
            }
            if (layout.header().scales()) {
                used.set(layout.scaleOffset(o), layout.scaleOffset(o) + 4);
                assertThat(layout.role(layout.scaleOffset(o))).isEqualTo(new ByteRole.Scale(o, 0));
                assertThat(Float.intBitsToFloat(PayloadLayout.Words.get(payload, at + layout.scaleOffset(o))))
                        .isEqualTo(scales[o]);
            }
            if (layout.header().zeroPoints()) {
                used.set(layout.zeroPointOffset(o), layout.zeroPointOffset(o) + 4);
                assertThat(layout.role(layout.zeroPointOffset(o) + 1)).isEqualTo(new ByteRole.ZeroPoint(o, 1));
                assertThat(PayloadLayout.Words.get(payload, at + layout.zeroPointOffset(o)))
                        .isEqualTo(Header.ZERO_POINT);
            }
        }
        assertThat(used.length()).isLessThanOrEqualTo(layout.size());

        byte[] other = weights.clone();
        other[0] ^= 1;
        byte[] changed = payload.clone();
        layout.pack(other, changed, at);
        assertThat(Arrays.mismatch(changed, payload)).isEqualTo(at + layout.offset(0, 0, 0, 0));
        changed[at + layout.offset(0, 0, 0, 0)] = payload[at + layout.offset(0, 0, 0, 0)];
        assertThat(changed).isEqualTo(payload);
    }

    /** Published addresses of mobilenet_v1_1.0_224: layer 0 at 0, layer 1 at 1152. */
    @Test
    void layersOfMobilenetStandWhereTheyWereMeasured() {
        RowLayout first = new RowLayout(32, 3, 3, 3, BIAS, 1, RowLayout.Rows.PADDED);
        assertThat(first.size()).isEqualTo(1280);
        assertThat(first.offset(5, 1, 2, 1)).isEqualTo(128 + (3 * 1 + 2) * 128 + 4 * 5 + 1);
        BlockLayout second = new BlockLayout(32, 3, 3, BIAS);
        assertThat(second.size()).isEqualTo(8 * 160);
        assertThat(second.offset(6, 2, 1, 0)).isEqualTo(160 + 16 + 7 * 16 + 2 * 5);
        assertThat(second.biasOffset(6)).isEqualTo(160 + 4 * 2);
    }

    /** 6 outputs: two lanes of padding in a row of 64 bytes; 9 inputs: three bytes of padding in the last word. */
    @Test
    void paddingIsWhatTheCompilerWrites() {
        RowLayout layout = new RowLayout(6, 1, 1, 9, FULL, 1, RowLayout.Rows.PADDED);
        byte[] payload = new byte[layout.size()];
        float[] scales = {0.5f, 2, 3, 4, 5, 6};
        layout.write(new byte[54], 128, new int[] {1, 2, 3, 4, 5, 6}, scales, payload, 0);
        assertThat(layout.rowBytes()).isEqualTo(64);
        for (int lane = 6; lane < 16; lane++) {
            boolean padding = lane < 8;
            assertThat(Float.intBitsToFloat(PayloadLayout.Words.get(payload, 4 * lane)))
                    .isEqualTo(padding ? 0.5f : 0);
            assertThat(PayloadLayout.Words.get(payload, 64 + 4 * lane)).isZero();
            assertThat(PayloadLayout.Words.get(payload, 128 + 4 * lane)).isEqualTo(padding ? 128 : 0);
            assertThat(payload[192 + 4 * lane]).isEqualTo(padding ? (byte) 128 : 0);
        }
        assertThat(Arrays.copyOfRange(payload, 192 + 128 + 4, 192 + 128 + 8)).containsExactly(0, 128, 128, 128);
        RowLayout several = new RowLayout(70, 1, 1, 4, FULL, 1, RowLayout.Rows.PADDED);
        byte[] two = new byte[several.size()];
        float[] many = new float[70];
        Arrays.fill(many, 0.25f);
        several.write(new byte[280], 128, new int[70], many, two, 0);
        assertThat(Float.intBitsToFloat(PayloadLayout.Words.get(two, several.groupBytes() + 4 * 7)))
                .isEqualTo(0.25f);
        assertThat(Float.intBitsToFloat(PayloadLayout.Words.get(two, several.groupBytes() + 4 * 8)))
                .isEqualTo(1f);
    }

    @Test
    void refusesWhatIsNoLayer() {
        assertThatThrownBy(() -> new RowLayout(0, 1, 1, 1, BIAS, 1, RowLayout.Rows.PADDED))
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> new RowLayout(4, 1, 1, 12, BIAS, 2, RowLayout.Rows.PADDED))
                .hasMessageContaining("divisor of 3");
        assertThatThrownBy(() -> new BlockLayout(4, 0, 1, BIAS)).hasMessageContaining("positive");
        RowLayout layout = new RowLayout(4, 1, 1, 4, BIAS, 1, RowLayout.Rows.PADDED);
        assertThatThrownBy(() -> layout.pack(new byte[15], new byte[1000], 0)).hasMessageContaining("16 weights");
    }
}
