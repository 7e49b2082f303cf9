package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.Fixture;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.Session;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.Program.Fetch;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.Relocation.Half;
import org.tensorizer.model.Relocation.Kind;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.template.Assembly;
import org.tensorizer.template.Assembly.Edge;
import org.tensorizer.template.CompiledContainer;
import org.tensorizer.template.HostGraph;

/**
 * What the real libedgetpu said to an emulated device, event by event, against what this driver says to one. Left out on
 * both sides: how often libusb is initialised and the devices are listed ({@code init}, {@code get_device_list},
 * {@code exit}), which is the library's own way of looking around. The library's sleeps are no events. Immediates that
 * hold addresses of host memory are inside instructions, of which a trace has the length.
 */
class TraceTest {
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

    /**
     * A Dense layer of 256 and MobileNet 0.25 128.
     *
     * @param name what the test shows
     */
    record Models(String name, byte[] dense, byte[] mobilenet) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Of a model the events show the lengths: own ones have the same. */
    static Stream<Models> models() {
        Stream<Models> own = Stream.of(new Models("models of the same lengths", Fixture.compiledBytes(), standIn()));
        return Stream.concat(
                own,
                DenseTwin.DENSE_256.real().stream()
                        .map(dense -> new Models(
                                "the real models",
                                dense.copy(),
                                SharedFolder.bytes(
                                        SharedFolder.template("mobilenet_v1_0.25_128_quant_edgetpu.tflite")))));
    }

    /** No program, but as long as those of the real network, with input, output and payload of its lengths. */
    private static byte[] standIn() {
        TensorDomain domain = new TensorDomain(false, 128);
        List<Integer> zero = List.of(0);
        OutputLayout layout = new OutputLayout(zero, zero, Collections.nCopies(16, 0), zero, zero, zero);
        Edge input = new Edge(
                "input", List.of(1, 128, 128, 3), 128, 128, 3, 3 * 128 * 128, 1 / 128f, domain, Optional.empty());
        Edge output = new Edge("output", List.of(1, 1001), 1, 1, 1001, 1008, 1 / 256f, domain, Optional.of(layout));
        Program execution = new Program(
                new byte[170_032],
                List.of(new Relocation(Kind.OUTPUT, 0, "output", Half.LOWER, 1 << 20)),
                List.of(new Fetch(1 << 10, true, 0, input.transferBytes())));
        Assembly assembly = new Assembly(
                "lengths alone",
                List.of(execution),
                new Program(new byte[12_624], List.of()),
                input,
                List.of(output),
                0,
                566_912,
                new byte[0],
                1);
        return new CompiledContainer(assembly, HostGraph.around(assembly)).write(payload -> {});
    }

    private byte[] known(byte[] model) {
        bus.knows("model", model);
        return model;
    }

    private static void run(Session session) {
        session.run(new byte[session.inputs().get(0).byteSize()]);
    }

    /** Against the digest of the library's events, and event by event where the shared folder is. */
    private void assertTrace(String name) throws IOException {
        assertEquals(List.of(), bus.chip.mistakes);
        List<String> found = events(lines);
        Path trace = SharedFolder.root().resolve("traces").resolve(name + ".trace");
        if (SharedFolder.has(trace)) {
            assertLinesMatch(events(Files.readAllLines(trace)), found);
        }
        assertDigest(name, found);
    }

    private static void assertDigest(String name, List<String> events) throws IOException {
        String text = String.join("\n", events) + "\n";
        String row = name + " " + events.size() + " " + Sha256.of(text.getBytes(StandardCharsets.US_ASCII));
        assertTrue(resource("/usb/library-traces.txt").contains(row), row);
    }

    private static List<String> events(List<String> trace) {
        return trace.stream()
                .filter(line -> !List.of("init", "get_device_list", "exit").contains(line))
                .toList();
    }

    private static List<String> resource(String name) throws IOException {
        try (InputStream in = TraceTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }

    private static List<String> kept() throws IOException {
        return resource("/usb/boot-and-dense-256.events");
    }

    @ParameterizedTest
    @MethodSource("models")
    void bootsAndRunsAsTheLibraryDoes(Models models) throws IOException {
        bus.bootLoader = true;
        byte[] model = known(models.dense());
        try (UsbDevice device = open();
                Session session = device.open("dense", model)) {
            run(session);
        }
        assertLinesMatch(kept(), events(lines));
        assertTrace("dfu_then_dense_256");
    }

    @ParameterizedTest
    @MethodSource("models")
    void runsTwoModelsInTurnAsTheLibraryDoes(Models models) throws IOException {
        byte[] dense = known(models.dense());
        byte[] mobilenet = known(models.mobilenet());
        try (UsbDevice device = open();
                Session first = device.open("dense", dense);
                Session second = device.open("mobilenet", mobilenet)) {
            run(first);
            run(first);
            run(second);
            run(first);
        }
        assertTrace("two_models");
    }

    @ParameterizedTest
    @MethodSource("models")
    void takesSmallChunksAtHighSpeedAsTheLibraryDoes(Models models) throws IOException {
        bus.speed = Speed.HIGH;
        byte[] mobilenet = known(models.mobilenet());
        try (UsbDevice device = open();
                Session session = device.open("mobilenet", mobilenet)) {
            run(session);
        }
        assertTrace("high_speed_mobilenet");
    }

    /** What stands in the repository is what the real library did. */
    @Test
    void keptEventsAreThoseOfTheLibrary() throws IOException {
        assertDigest("dfu_then_dense_256", kept());
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
