package org.tensorizer.device.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorizer.device.usb.Firmware;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Dfu;

class BootLoaderTest {
    private static final int OUT = Dfu.CLASS_REQUEST;
    private static final int IN = Dfu.CLASS_REQUEST | 0x80;

    private final VirtualBus bus = ScriptedChip.bus(TestSettings.boot());
    private final TestHost host = new TestHost(bus);

    @AfterEach
    void close() {
        host.close();
        bus.close();
    }

    private static byte[] image(int length) {
        byte[] image = new byte[length];
        new Random(1).nextBytes(image);
        return image;
    }

    private int state() {
        return host.control(IN, Dfu.GETSTATUS, 0, 0, Dfu.STATUS_BYTES)[4];
    }

    private void download(byte[] image) {
        int block = 0;
        for (int at = 0; at < image.length; at += 256) {
            byte[] part = Arrays.copyOfRange(image, at, Math.min(at + 256, image.length));
            host.control(OUT, Dfu.DNLOAD, block++, 0, part.length, part);
            assertThat(state()).isEqualTo(Dfu.STATE_DNLOAD_IDLE);
        }
        host.control(OUT, Dfu.DNLOAD, block, 0, 0);
    }

    private byte[] upload() {
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        for (int block = 0; ; block++) {
            byte[] part = host.control(IN, Dfu.UPLOAD, block, 0, 256);
            image.writeBytes(part);
            if (part.length < 256) {
                return image.toByteArray();
            }
        }
    }

    @Test
    void anImageComesBackByUploadAndStartsWithTheReset() {
        byte[] image = image(Firmware.BYTES);
        assertThat(bus.devices().get(0).isBootLoader()).isTrue();
        download(image);
        assertThat(state()).isEqualTo(Dfu.STATE_IDLE);
        assertThat(upload()).isEqualTo(image);
        assertThatThrownBy(host.transport::reset)
                .isInstanceOfSatisfying(
                        UsbException.class, e -> assertThat(e.status()).isEqualTo(UsbStatus.NOT_FOUND));
        assertThat(bus.devices()).singleElement().satisfies(port -> {
            assertThat(port.isApplication()).isTrue();
            assertThat(port.location()).isEqualTo(host.transport.port().location());
            assertThat(port.address()).isNotEqualTo(host.transport.port().address());
        });
        assertThatThrownBy(() -> host.control(0x80, 6, 0x100, 0, 18)).hasMessageContaining("gone");
        try (TestHost application = new TestHost(bus)) {
            assertThat(application.get(Register.SCU_CTRL_3)).isEqualTo(0xa00000);
            application.transport.reset(); // the firmware stays while there is power
            assertThat(bus.devices().get(0).isApplication()).isTrue();
        }
    }

    @Test
    void anImageOfAnotherLengthIsAnError() {
        for (int length : new int[] {1, 256, Firmware.BYTES - 1}) {
            download(image(length));
            assertThat(host.control(IN, Dfu.GETSTATUS, 0, 0, 6)).containsExactly(9, 0, 0, 0, Dfu.STATE_ERROR, 0);
            host.control(OUT, Dfu.CLRSTATUS, 0, 0, 0);
        }
        download(image(Firmware.BYTES - Firmware.BYTES % 256));
        assertThat(state()).isEqualTo(Dfu.STATE_ERROR);
        host.transport.reset();
        assertThat(bus.devices().get(0).isBootLoader()).isTrue();
    }

    @Test
    void blocksOutOfOrderAreAnError() {
        host.control(OUT, Dfu.DNLOAD, 0, 0, 256, image(256));
        assertThat(state()).isEqualTo(Dfu.STATE_DNLOAD_IDLE);
        host.control(OUT, Dfu.DNLOAD, 2, 0, 256, image(256));
        assertThat(host.control(IN, Dfu.GETSTATUS, 0, 0, 6)).containsExactly(8, 0, 0, 0, Dfu.STATE_ERROR, 0);
        assertThat(host.control(IN, Dfu.GETSTATE, 0, 0, 1)).containsExactly(Dfu.STATE_ERROR);
        host.control(OUT, Dfu.ABORT, 0, 0, 0);
        assertThat(state()).isEqualTo(Dfu.STATE_IDLE);
    }

    @Test
    void whatDoesNotFitTheStateStalls() {
        assertThatThrownBy(() -> host.control(OUT, Dfu.DNLOAD, 0, 0, 0)).hasMessageContaining("stall");
        host.control(OUT, Dfu.CLRSTATUS, 0, 0, 0);
        assertThatThrownBy(() -> host.control(OUT, Dfu.DNLOAD, 0, 0, 257, image(257)))
                .hasMessageContaining("stall");
        host.control(OUT, Dfu.CLRSTATUS, 0, 0, 0);
        assertThatThrownBy(() -> host.control(IN, Dfu.UPLOAD, 1, 0, 256)).hasMessageContaining("stall");
        assertThatThrownBy(() -> host.control(OUT, 17, 0, 0, 0)).hasMessageContaining("stall");
    }

    @Test
    void aBootLoaderHasNeitherRegistersNorEndpoints() {
        assertThatThrownBy(() -> host.get(Register.SCU_CTRL_3)).hasMessageContaining("stall");
        assertThat(host.write(new byte[8]).await().status()).isEqualTo(UsbStatus.STALL);
        assertThat(host.read(Wire.OUTPUT_IN, 8).await().status()).isEqualTo(UsbStatus.STALL);
        assertThatThrownBy(() -> host.control(0x82, 0, 0, Wire.EVENT_IN, 2)).hasMessageContaining("stall");
    }
}
