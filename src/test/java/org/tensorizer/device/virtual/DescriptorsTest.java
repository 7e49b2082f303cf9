package org.tensorizer.device.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.device.usb.UsbPort.Speed;

class DescriptorsTest {
    private static ByteBuffer get(Descriptors of, int type, int index) {
        return ByteBuffer.wrap(of.get(type, index).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @CsvSource({"true, SUPER", "true, HIGH", "false, SUPER", "false, HIGH"})
    void everyLengthFitsWhatFollows(boolean boot, Speed speed) {
        Descriptors descriptors = new Descriptors(boot, speed, "X");
        for (int type = 0; type < 256; type++) {
            for (int index = 0; index < 5; index++) {
                byte[] bytes = descriptors.get(type, index).orElse(new byte[] {(byte) 1, (byte) type});
                assertThat(bytes[1]).isEqualTo((byte) type);
                assertThat(bytes[0] & 0xff).isLessThanOrEqualTo(bytes.length);
            }
        }
        ByteBuffer configuration = get(descriptors, 2, 0);
        assertThat(configuration.getShort(2)).isEqualTo((short) configuration.limit());
        int at = 0;
        List<Integer> endpoints = new ArrayList<>();
        while (at < configuration.limit()) {
            if (configuration.get(at + 1) == 5) {
                endpoints.add(configuration.get(at + 2) & 0xff);
            }
            at += configuration.get(at);
        }
        assertThat(at).isEqualTo(configuration.limit());
        assertThat(endpoints).isEqualTo(boot ? List.of() : List.of(0x01, 0x81, 0x82, 0x83));
        assertThat(configuration.get(9 + 4)).isEqualTo((byte) endpoints.size());
        assertThat(get(descriptors, 1, 0).getShort(8)).isEqualTo((short) (boot ? 0x1a6e : 0x18d1));
        assertThat(get(descriptors, 1, 0).getShort(10)).isEqualTo((short) (boot ? 0x089a : 0x9302));
    }

    @Test
    void packetsAreThoseOfTheSpeed() {
        assertThat(get(new Descriptors(false, Speed.SUPER, ""), 2, 0).getShort(9 + 9 + 4))
                .isEqualTo((short) 1024);
        assertThat(get(new Descriptors(false, Speed.HIGH, ""), 2, 0).getShort(9 + 9 + 4))
                .isEqualTo((short) 512);
        assertThat(new Descriptors(false, Speed.HIGH, "").get(15, 0)).isEmpty();
        assertThat(new Descriptors(false, Speed.SUPER, "").get(6, 0)).isEmpty();
    }

    @Test
    void theBootLoaderSaysHowMuchItTakesAtATime() {
        byte[] functional = new Descriptors(true, Speed.HIGH, "").get(0x21, 0).orElseThrow();
        assertThat(functional).containsExactly(9, 0x21, 7, 0xe8, 3, 0, 1, 0x10, 1);
    }

    @Test
    void stringsSayThatItIsEmulated() {
        for (boolean boot : new boolean[] {true, false}) {
            Descriptors descriptors = new Descriptors(boot, Speed.SUPER, "EMULATED-3");
            assertThat(text(descriptors, 2)).startsWith("Emulated Edge TPU");
            assertThat(text(descriptors, 3)).isEqualTo("EMULATED-3");
        }
    }

    private static String text(Descriptors descriptors, int index) {
        byte[] bytes = descriptors.get(3, index).orElseThrow();
        return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16LE);
    }
}
