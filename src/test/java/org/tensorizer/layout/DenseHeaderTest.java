package org.tensorizer.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;

class DenseHeaderTest {
    private final DenseLayout layout = DenseLayout.of(DenseShape.of(5, 70, ParameterFormat.PER_CHANNEL_BIAS));
    private final DenseHeader header = layout.header();
    private final byte[] payload = new byte[layout.size() + 3];

    @Test
    void eachValueIsFoundWhereItWasPut() {
        float[] scales = new float[70];
        for (int out = 0; out < 70; out++) {
            scales[out] = out + 0.5f;
            header.setBias(payload, 3, out, -out);
        }
        header.setScales(payload, 3, scales);
        header.setZeroPoints(payload, 3, 100);
        for (int out = 0; out < 70; out++) {
            assertThat(header.scale(payload, 3, out)).isEqualTo(out + 0.5f);
            assertThat(header.bias(payload, 3, out)).isEqualTo(-out);
            assertThat(header.zeroPoint(payload, 3, out)).isEqualTo(100);
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getFloat(3)).isEqualTo(0.5f);
        assertThat(bytes.getInt(3 + layout.groupBytes() + 256 + 5 * 4)).isEqualTo(-69);
        assertThat(bytes.getInt(3 + 512)).isEqualTo(100);
    }

    @Test
    void settersOfOneChannelChangeItsFourBytes() {
        header.setBias(payload, 3, 64, -1);
        for (int offset = 0; offset < layout.size(); offset++) {
            boolean itsByte = layout.role(offset) instanceof ByteRole.Bias bias && bias.out() == 64;
            assertThat(payload[3 + offset]).isEqualTo((byte) (itsByte ? -1 : 0));
        }
    }

    @Test
    void aBlankPayloadIsPaddedAsTheCompilerDoes() {
        byte[] blank = DenseLayoutTest.blank(layout);
        ByteBuffer bytes = ByteBuffer.wrap(blank).order(ByteOrder.LITTLE_ENDIAN);
        int second = layout.groupBytes();
        assertThat(bytes.getFloat(second + 5 * 4)).isEqualTo(1f);
        assertThat(bytes.getFloat(second + 40 * 4)).as("scale beyond the lanes").isEqualTo(1f);
        assertThat(bytes.getInt(second + 512 + 7 * 4))
                .as("zero point of an added lane")
                .isEqualTo(128);
        assertThat(bytes.getInt(second + 512 + 8 * 4)).as("zero point beyond").isZero();
        assertThat(blank[second + 768 + 31] & 0xFF)
                .as("weight of an added lane")
                .isEqualTo(128);
        assertThat(blank[second + 768 + 32]).as("weight beyond").isZero();
        assertThat(layout.unpack(blank, 0)).containsOnly(0);

        header.setScales(blank, 0, scales(70));
        assertThat(bytes.getFloat(second + 6 * 4)).as("scale of an added lane").isEqualTo(scales(70)[0]);
    }

    @Test
    void aDirtyPayloadIsClearedAsABlankOne() {
        Arrays.fill(payload, (byte) 0x5a);
        layout.clear(payload, 3);
        assertThat(Arrays.copyOfRange(payload, 3, payload.length)).isEqualTo(DenseLayoutTest.blank(layout));
        assertThat(header.bias(payload, 3, 69)).isZero();
    }

    @Test
    void rowsOfAnotherLengthOrPlaceAreRefused() {
        for (int length : new int[] {0, 69, 71}) {
            assertThatThrownBy(() -> header.setBiases(payload, 3, new int[length]))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining(length + " biases");
        }
        for (int at : new int[] {-1, 4}) {
            assertThatThrownBy(() -> header.setBiases(payload, at, new int[70])).isInstanceOf(BadInputException.class);
            assertThatThrownBy(() -> header.setScales(payload, at, scales(70))).isInstanceOf(BadInputException.class);
        }
        assertThat(payload).containsOnly(0);
    }

    private static float[] scales(int n) {
        float[] scales = new float[n];
        for (int i = 0; i < n; i++) {
            scales[i] = 0.25f + i;
        }
        return scales;
    }

    @Test
    void whatTheFormatDoesNotHaveIsRefused() {
        DenseLayout plain = DenseLayout.of(DenseShape.square(64, ParameterFormat.PER_TENSOR));
        byte[] bytes = DenseLayoutTest.blank(plain);
        assertThatThrownBy(() -> plain.header().scale(bytes, 0, 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no SCALE row");
        assertThatThrownBy(() -> plain.header().setBias(bytes, 0, 0, 1)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> header.scale(payload, 3, 70)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> header.scale(payload, 4, 0)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> header.setScales(payload, 3, new float[69]))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("69 scales");
    }
}
