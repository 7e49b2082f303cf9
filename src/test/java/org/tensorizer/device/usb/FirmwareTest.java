package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.UsbSettings.Performance;

/** What is no firmware is refused by length and digest. The image itself is Google's and not here to be found. */
class FirmwareTest {
    private static final byte[] START = HexFormat.of().parseHex("021e570214fac22fc231c22322122468");

    @TempDir
    Path folder;

    private String refusal(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("firmware.bin"), bytes);
        return assertThrows(BadInputException.class, () -> Firmware.find(Optional.of(file)))
                .getMessage();
    }

    @Test
    void anotherFileHasNone() throws IOException {
        String message = refusal("no image".getBytes());
        assertTrue(message.contains("expected 10783 bytes with SHA-256 3b07311b"), message);
        assertTrue(message.contains("found nothing that begins like them"), message);
    }

    @Test
    void anImageCutShortIsRefused() throws IOException {
        byte[] library = new byte[5000];
        System.arraycopy(START, 0, library, 100, START.length);
        String message = refusal(library);
        assertTrue(message.contains("their beginning at byte 100, but only 4900 bytes up to the end"), message);
    }

    @Test
    void anImageOfAnotherHashIsRefused() throws IOException {
        byte[] library = Arrays.copyOf(START, Firmware.BYTES + 50);
        String message = refusal(library);
        assertTrue(message.contains("found other bytes at byte 0"), message);
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = folder.resolve("missing");
        BadInputException refused = assertThrows(BadInputException.class, () -> Firmware.read(missing));
        assertTrue(refused.getMessage().startsWith("firmware " + missing + ": cannot be read"), refused.getMessage());
    }

    @Test
    void settingsThatAreNoneAreRefused() {
        for (String bad : new String[] {"fast", "-1"}) {
            System.setProperty(UsbSettings.PERFORMANCE.name(), bad);
            try {
                assertThrows(BadInputException.class, UsbSettings::ofUser);
            } finally {
                System.clearProperty(UsbSettings.PERFORMANCE.name());
            }
        }
        System.setProperty(UsbSettings.DEADLINE.name(), "soon");
        try {
            assertThrows(BadInputException.class, UsbSettings::ofUser);
        } finally {
            System.clearProperty(UsbSettings.DEADLINE.name());
        }
    }

    /** The register value of the traces, and what the published fields make of the other settings. */
    @Test
    void performanceSetsTheClocksAlone() {
        assertEquals(0x50a00200, Performance.HIGH.set(0xa00200));
        assertEquals(0x00a00200, Performance.MAX.set(0x50a00200));
        assertEquals(0xf0a00200L, Performance.LOW.set(0x00a00200));
        assertEquals(0x60a00200, Performance.MEDIUM.set(0xf0a00200L));
    }
}
