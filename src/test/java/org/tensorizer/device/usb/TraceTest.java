package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.Fixture;
import org.tensorizer.SharedFolder;
import org.tensorizer.device.Session;
import org.tensorizer.device.usb.UsbPort.Speed;

/**
 * What the real libedgetpu said to an emulated device, event by event, against what this driver says to one. Left out on
 * both sides: how often libusb is initialised and the devices are listed ({@code init}, {@code get_device_list},
 * {@code exit}), which is the library's own way of looking around. The library's sleeps are no events. Immediates that
 * hold addresses of host memory are inside instructions, of which a trace has the length.
 */
class TraceTest {
    private static final String DENSE_256 = "dense_256_edgetpu.tflite";
    private static final String MOBILENET = "mobilenet_v1_0.25_128_quant_edgetpu.tflite";

    private final ScriptedBus bus = new ScriptedBus();
    private final List<String> lines = new ArrayList<>();

    private UsbDevice open() {
        return UsbDevice.open(
                new TracedBus(bus, lines::add), "usb:0", UsbSelector.index(0), UsbSettings.DEFAULT, this::image);
    }

    private Optional<Firmware> image() {
        byte[] image = new byte[Firmware.BYTES];
        new Random(1).nextBytes(image);
        return Optional.of(new Firmware(image, "a test"));
    }

    private byte[] model(String name) {
        byte[] bytes = SharedFolder.bytes(SharedFolder.template(name));
        bus.knows(name, bytes);
        return bytes;
    }

    private static void run(Session session) {
        session.run(new byte[session.inputs().get(0).byteSize()]);
    }

    private void assertTrace(List<String> expected) {
        assertEquals(List.of(), bus.chip.mistakes);
        List<String> wanted = events(expected);
        List<String> found = events(lines);
        for (int i = 0; i < Math.min(wanted.size(), found.size()); i++) {
            assertEquals(wanted.get(i), found.get(i), "event " + i);
        }
        assertEquals(wanted.size(), found.size());
    }

    private static List<String> events(List<String> trace) {
        return trace.stream()
                .filter(line -> !List.of("init", "get_device_list", "exit").contains(line))
                .toList();
    }

    private static List<String> shared(String name) throws IOException {
        Path file = SharedFolder.root().resolve("traces").resolve(name);
        assumeTrue(Files.exists(file), () -> "needs " + file);
        return Files.readAllLines(file);
    }

    private static List<String> kept() throws IOException {
        try (InputStream in = TraceTest.class.getResourceAsStream("/usb/boot-and-dense-256.events")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }

    @Test
    void bootsAndRunsAsTheLibraryDoes() throws IOException {
        List<String> expected = shared("dfu_then_dense_256.trace");
        bus.bootLoader = true;
        byte[] model = model(DENSE_256);
        try (UsbDevice device = open();
                Session session = device.open("dense", model)) {
            run(session);
        }
        assertTrace(expected);
    }

    @Test
    void runsTwoModelsInTurnAsTheLibraryDoes() throws IOException {
        List<String> expected = shared("two_models.trace");
        byte[] dense = model(DENSE_256);
        byte[] mobilenet = model(MOBILENET);
        try (UsbDevice device = open();
                Session first = device.open("dense", dense);
                Session second = device.open("mobilenet", mobilenet)) {
            run(first);
            run(first);
            run(second);
            run(first);
        }
        assertTrace(expected);
    }

    @Test
    void takesSmallChunksAtHighSpeedAsTheLibraryDoes() throws IOException {
        List<String> expected = shared("high_speed_mobilenet.trace");
        bus.speed = Speed.HIGH;
        byte[] mobilenet = model(MOBILENET);
        try (UsbDevice device = open();
                Session session = device.open("mobilenet", mobilenet)) {
            run(session);
        }
        assertTrace(expected);
    }

    /** The same events without the shared folder: the fixture's program has the lengths of the real model. */
    @Test
    void bootsAndRunsAsTheKeptEventsSay() throws IOException {
        List<String> expected = kept();
        bus.bootLoader = true;
        bus.knows("fixture", Fixture.compiledBytes());
        try (UsbDevice device = open();
                Session session = device.open("fixture", Fixture.compiledBytes())) {
            run(session);
        }
        assertTrace(expected);
    }

    /** What stands in the repository is what the real library did. */
    @Test
    void keptEventsAreThoseOfTheLibrary() throws IOException {
        List<String> kept = kept();
        assertEquals(events(shared("dfu_then_dense_256.trace")), kept);
    }

    @Test
    void everyLineIsUnderstood() throws IOException {
        for (String line : kept()) {
            Optional<String> text = TracedBus.explain(line);
            assertTrue(text.isPresent(), line);
            boolean register = line.startsWith("read") || line.startsWith("write");
            assertTrue(!register || text.get().contains(":"), line);
        }
        assertEquals(Optional.of("parameters"), TracedBus.explain("header 0008010002000000 length 67584 tag 2"));
        assertEquals(Optional.of("event"), TracedBus.explain("arm-in ep2 16"));
        assertEquals(Optional.empty(), TracedBus.explain("read32 nowhere 0x0"));
    }

    /** A trace that the user asks for is the same, in a file. */
    @Test
    void writesATraceToAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("a.trace");
        System.setProperty(UsbSettings.TRACE.name(), file.toString());
        try {
            bus.knows("fixture", Fixture.compiledBytes());
            try (UsbDevice device = UsbDevice.open(bus, "usb:0", UsbSelector.index(0), UsbSettings.DEFAULT);
                    Session session = device.open("fixture", Fixture.compiledBytes())) {
                run(session);
            }
        } finally {
            System.clearProperty(UsbSettings.TRACE.name());
        }
        List<String> written = Files.readAllLines(file, StandardCharsets.US_ASCII);
        assertEquals("init", written.get(0));
        assertEquals("exit", written.get(written.size() - 1));
        assertTrue(written.contains("header 0008010002000000 length 67584 tag 2"), written::toString);
    }
}
