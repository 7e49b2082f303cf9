package org.tensorizer.device.usb.libusb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbDevice;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbFault;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.device.usb.UsbStatus;

/** The binding against the real libusb-1.0 of this machine, as far as that goes without a device. */
class LibusbTest {
    /** A constant of {@link LibusbC}, and what C calls it. */
    private static final Map<String, String> OFFSETS = new LinkedHashMap<>();

    static {
        OFFSETS.put("TRANSFER_DEVICE", "offsetof(struct libusb_transfer, dev_handle)");
        OFFSETS.put("TRANSFER_FLAGS", "offsetof(struct libusb_transfer, flags)");
        OFFSETS.put("TRANSFER_ENDPOINT", "offsetof(struct libusb_transfer, endpoint)");
        OFFSETS.put("TRANSFER_TYPE", "offsetof(struct libusb_transfer, type)");
        OFFSETS.put("TRANSFER_TIMEOUT", "offsetof(struct libusb_transfer, timeout)");
        OFFSETS.put("TRANSFER_STATUS", "offsetof(struct libusb_transfer, status)");
        OFFSETS.put("TRANSFER_LENGTH", "offsetof(struct libusb_transfer, length)");
        OFFSETS.put("TRANSFER_ACTUAL_LENGTH", "offsetof(struct libusb_transfer, actual_length)");
        OFFSETS.put("TRANSFER_CALLBACK", "offsetof(struct libusb_transfer, callback)");
        OFFSETS.put("TRANSFER_USER_DATA", "offsetof(struct libusb_transfer, user_data)");
        OFFSETS.put("TRANSFER_BUFFER", "offsetof(struct libusb_transfer, buffer)");
        OFFSETS.put("TYPE_BULK", "LIBUSB_TRANSFER_TYPE_BULK");
        OFFSETS.put("TYPE_INTERRUPT", "LIBUSB_TRANSFER_TYPE_INTERRUPT");
        OFFSETS.put("DESCRIPTOR_BYTES", "sizeof(struct libusb_device_descriptor)");
        OFFSETS.put("DESCRIPTOR_VENDOR", "offsetof(struct libusb_device_descriptor, idVendor)");
        OFFSETS.put("DESCRIPTOR_PRODUCT", "offsetof(struct libusb_device_descriptor, idProduct)");
        OFFSETS.put("TIMEVAL_BYTES", "sizeof(struct timeval)");
    }

    private static LibusbBus bus() {
        assumeTrue(Libusb.find().isPresent(), "needs libusb-1.0");
        return LibusbBus.open("a test");
    }

    @Test
    void knowsItsVersion() {
        assumeTrue(Libusb.find().isPresent(), "needs libusb-1.0");
        assertTrue(
                Libusb.find().get().version().startsWith("1.0."),
                Libusb.find().get().version());
    }

    @Test
    void listsDevicesByBusAndPort() {
        try (UsbBus bus = bus()) {
            List<UsbPort> ports = bus.devices();
            for (int i = 1; i < ports.size(); i++) {
                assertTrue(ports.get(i - 1).bus() <= ports.get(i).bus(), ports::toString);
            }
        }
    }

    @Test
    void aDeviceThatIsNotThereCannotBeOpened() {
        try (UsbBus bus = bus()) {
            UsbPort missing = new UsbPort(250, "1", 99, 0x18d1, 0x9302, Speed.SUPER);
            UsbException refused = assertThrows(UsbException.class, () -> bus.open(missing));
            assertEquals(UsbStatus.NO_DEVICE, refused.status());
        }
    }

    /** The error that a user without a Coral sees, all the way through the real library. */
    @Test
    void aCoralThatIsNotThereIsAFaultWithARemedy() {
        UsbBus bus = bus();
        UsbFault fault = assertThrows(
                UsbFault.class, () -> UsbDevice.open(bus, "usb:0", UsbSelector.at("250-1"), UsbSettings.DEFAULT));
        assertEquals(UsbFault.Cause.NO_DEVICE, fault.faultCause());
        assertTrue(fault.getMessage().contains("18d1:9302"), fault.getMessage());
        assertThrows(IllegalStateException.class, bus::devices);
    }

    @Test
    void leavesNoThreadAndTakesManyTurns() {
        for (int i = 0; i < 50; i++) {
            try (UsbBus bus = bus()) {
                bus.devices();
            }
        }
        assertFalse(
                Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().equals("tensorizer-libusb")),
                "a thread is left");
    }

    @Test
    void aNamedLibraryThatIsNoneIsBadInput(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("libusb.so"), "no library");
        ProcessBuilder child = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-D" + Libusb.SETTING.name() + "=" + file,
                Loading.class.getName());
        assertEquals("cannot be loaded", output(child).lines().reduce("", (before, line) -> line));
    }

    /** A process of its own, since a library is loaded once. */
    public static final class Loading {
        public static void main(String[] arguments) {
            try {
                Libusb.find();
            } catch (BadInputException e) {
                System.out.println(e.getMessage().contains("cannot be loaded") ? "cannot be loaded" : e);
            }
        }
    }

    /** The header says where the fields stand; for this processor, and for the other one if its compiler is there. */
    @Test
    void fieldsStandWhereTheHeaderSays(@TempDir Path folder) throws IOException {
        StringBuilder program =
                new StringBuilder("#include <stddef.h>\n#include <sys/time.h>\n#include <libusb-1.0/libusb.h>\n");
        OFFSETS.forEach((name, expression) ->
                program.append("_Static_assert(" + expression + " == " + constant(name) + ", \"" + name + "\");\n"));
        program.append("_Static_assert(sizeof(((struct libusb_version *)0)->major) == 2, \"version\");\n");
        Path file = Files.writeString(folder.resolve("offsets.c"), program);
        List<String> tried = List.of("cc", "aarch64-linux-gnu-gcc", "x86_64-linux-gnu-gcc");
        int compiled = 0;
        for (String compiler : tried) {
            if (compiles(folder, compiler, "#include <libusb-1.0/libusb.h>\n")) {
                compiled++;
                assertEquals(
                        "", output(new ProcessBuilder(compiler, "-fsyntax-only", "-I/usr/include", file.toString())));
            }
        }
        assumeTrue(compiled > 0, "needs a C compiler and the header of libusb-1.0: " + tried);
    }

    /** A wrong offset is found: the test above can fail. */
    @Test
    void aWrongOffsetIsFound(@TempDir Path folder) throws IOException {
        assumeTrue(compiles(folder, "cc", "#include <libusb-1.0/libusb.h>\n"), "needs cc and the header of libusb-1.0");
        assertFalse(compiles(
                folder,
                "cc",
                "#include <stddef.h>\n#include <libusb-1.0/libusb.h>\n"
                        + "_Static_assert(offsetof(struct libusb_transfer, status) == 12, \"\");\n"));
    }

    private static boolean compiles(Path folder, String compiler, String program) throws IOException {
        Path file = Files.writeString(folder.resolve("probe.c"), program);
        try {
            Process process = new ProcessBuilder(compiler, "-fsyntax-only", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false; // no such compiler
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long constant(String name) {
        try {
            Field field = LibusbC.class.getDeclaredField(name);
            return ((Number) field.get(null)).longValue();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String output(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "does not end");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return text;
    }
}
