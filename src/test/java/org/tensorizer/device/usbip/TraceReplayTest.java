package org.tensorizer.device.usbip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.Fixture;
import org.tensorizer.SharedFolder;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatedProgram;
import org.tensorizer.device.usb.TracedBus;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbDevice;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.device.usbip.UsbIpClient.Reply;
import org.tensorizer.device.virtual.TestSettings;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

/**
 * What the real libedgetpu did on an emulated device, done again over USB/IP, event by event: each register must read what
 * the library was content with then, each transfer must have the length it had, and the outputs must be the emulator's for
 * the same model. As in libedgetpu, immediates that are relocated hold other pointers at each inference.
 */
@Timeout(120)
class TraceReplayTest {
    private static final byte[] INTERRUPT_0 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0};

    private final Random random = new Random(1);
    private final List<Model> models = new ArrayList<>();
    private final Map<Integer, Deque<Integer>> armed = new HashMap<>();
    private final List<byte[]> outputs = new ArrayList<>();
    private final List<byte[]> expected = new ArrayList<>();
    private VirtualBus bus;
    private UsbIpServer server;
    private UsbIpClient client;
    private byte[] image = new byte[10_783];
    private final List<String> log = new CopyOnWriteArrayList<>();
    private int tag;
    private byte[] output = {};

    /** A model whose transfers are known by their lengths. */
    private record Model(TfliteModel file, EdgeTpuPackage compiled, EmulatedProgram program) {
        static Model of(TfliteModel file) {
            EdgeTpuPackage compiled = file.onlyPackage();
            return new Model(file, compiled, EmulatedProgram.load(compiled, file.bytes(), ChipParameters.EDGE_TPU));
        }

        byte[] bytes(int start, int length) {
            byte[] bytes = new byte[length];
            file.bytes().get(start, bytes);
            return bytes;
        }
    }

    @AfterEach
    void close() throws IOException {
        if (client != null) {
            client.close();
            server.close();
            bus.close();
        }
    }

    private void serve(VirtualSettings settings) throws IOException {
        random.nextBytes(image);
        bus = new VirtualBus(settings.withLog(log::add));
        server = UsbIpServer.start(bus, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), line -> {});
        client = UsbIpClient.attached(server.address(), "1-1");
    }

    /** A trace, the models it needs and the device it was of. */
    private record Recorded(
            String name, VirtualSettings settings, List<TfliteModel> files, List<String> trace, int inferences) {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * What the real library did with real models, where they are; always the one trace that the repository holds, and what
     * our driver does with own models, whose events are the library's for models of the same lengths (TraceTest).
     */
    static Stream<Recorded> recorded() throws IOException {
        VirtualSettings settings = VirtualSettings.DEFAULT;
        VirtualSettings high = TestSettings.speed(Speed.HIGH);
        TfliteModel fixture = TfliteModel.read(Fixture.compiled());
        List<Recorded> all = new ArrayList<>();
        try (InputStream in = TraceReplayTest.class.getResourceAsStream("/usb/boot-and-dense-256.events")) {
            String kept = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            all.add(new Recorded(
                    "boot loader, then the fixture",
                    TestSettings.boot(),
                    List.of(fixture),
                    kept.lines().toList(),
                    1));
        }
        all.add(ofDriver("two own models", settings, List.of(fixture, wide()), 0, 0, 1, 0));
        all.add(ofDriver("small chunks", high, List.of(wide()), 0));
        Optional<TfliteModel> dense = DenseTwin.DENSE_256.real();
        if (dense.isPresent()) {
            TfliteModel mobilenet =
                    TfliteModel.read(SharedFolder.template("mobilenet_v1_0.25_128_quant_edgetpu.tflite"));
            all.add(ofLibrary("dfu_then_dense_256", TestSettings.boot(), List.of(dense.get()), 1));
            all.add(ofLibrary("two_models", settings, List.of(dense.get(), mobilenet), 4));
            all.add(ofLibrary("high_speed_mobilenet", high, List.of(mobilenet), 1));
        }
        return all.stream();
    }

    private static Recorded ofDriver(String name, VirtualSettings settings, List<TfliteModel> files, int... order) {
        List<String> lines = new CopyOnWriteArrayList<>();
        UsbBus traced = new TracedBus(new VirtualBus(settings), lines::add);
        try (UsbDevice device = UsbDevice.open(traced, "virtual", UsbSelector.index(0), UsbSettings.DEFAULT)) {
            List<Session> sessions = files.stream().map(device::open).toList();
            for (int model : order) {
                Session session = sessions.get(model);
                session.run(new byte[session.inputs().get(0).byteSize()]);
            }
            sessions.forEach(Session::close);
        }
        return new Recorded(name, settings, files, lines, order.length);
    }

    private static Recorded ofLibrary(String name, VirtualSettings settings, List<TfliteModel> files, int inferences)
            throws IOException {
        Path trace = SharedFolder.root().resolve("traces").resolve(name + ".trace");
        return new Recorded(name, settings, files, Files.readAllLines(trace), inferences);
    }

    /** 1000 bytes of output come in four chunks at high speed. */
    private static TfliteModel wide() {
        byte[] weights = new byte[1000 * 128];
        new Random(2).nextBytes(weights);
        DenseSpec layer = DenseSpec.of(DenseShape.of(128, 1000, ParameterFormat.PER_TENSOR))
                .weights(weights)
                .build();
        return TfliteModel.parse("wide", CompiledModelWriter.write(layer));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void isAnsweredAgain(Recorded recorded) throws IOException {
        recorded.files().forEach(file -> models.add(Model.of(file)));
        serve(recorded.settings());
        replay(recorded.trace(), recorded.inferences());
    }

    private void replay(List<String> trace, int inferences) throws IOException {
        for (String line : trace) {
            try {
                event(line.split(" "), line);
            } catch (IOException e) {
                throw new AssertionError(line + ", log: " + log, e);
            }
        }
        assertThat(log).isEmpty();
        for (int i = 0; i < outputs.size(); i++) {
            byte[] unpadded = Arrays.copyOf(outputs.get(i), expected.get(i).length);
            assertThat(unpadded).as("output " + i).isEqualTo(expected.get(i));
        }
        assertThat(outputs).hasSize(inferences);
        for (Deque<Integer> reads : armed.values()) { // what libedgetpu cancels when it closes
            for (int read : reads) {
                assertThat(client.await(client.unlink(read)).status()).isEqualTo(UsbIpClient.ECONNRESET);
            }
        }
    }

    private void event(String[] words, String line) throws IOException {
        switch (words[0]) {
            case "read32", "read64" -> {
                int bytes = words[0].equals("read64") ? 8 : 4;
                assertThat(register(words[1], bytes)).as(line).isEqualTo(Long.decode(words[2]));
            }
            case "write32", "write64" -> write(words[1], words[0].equals("write64") ? 8 : 4, Long.decode(words[2]));
            case "get_descriptor" ->
                assertThat(client.control(0x80, 6, Integer.parseInt(words[2]) << 8, 0, 255)
                                .data())
                        .as(line)
                        .hasSizeGreaterThanOrEqualTo(18);
            case "reset_device" ->
                assertThat(client.control(0x80, 6, 0x0100, 0, 8).data()).hasSize(8);
            case "arm-in" ->
                armed.computeIfAbsent(endpoint(words[1]), any -> new ArrayDeque<>())
                        .add(client.read(endpoint(words[1]), Integer.parseInt(words[2])));
            case "in" -> in(endpoint(words[1]), Integer.parseInt(words[2]), line);
            case "header" -> {
                tag = Integer.parseInt(words[5]);
                sent(client.write(HexFormat.of().parseHex(words[1])), 8, line);
            }
            case "bulk-out" -> {
                int length = Integer.parseInt(words[1]);
                if (length != 8) { // the 8 bytes of a header stand in the next line
                    sent(client.write(content(length)), length, line);
                }
            }
            case "dfu-dnload" -> {
                int start = 256 * Integer.parseInt(words[1]);
                byte[] block =
                        Arrays.copyOfRange(image, Math.min(start, image.length), start + Integer.parseInt(words[2]));
                byte[] sent = words[2].equals("0") ? new byte[0] : block;
                Reply reply = client.control(0x21, 1, Integer.parseInt(words[1]), 0, sent.length, sent);
                assertThat(reply.status()).as(line).isZero();
            }
            case "dfu-getstatus" ->
                assertThat(client.control(0xa1, 3, 0, 0, 6).data()[4]).as(line).isEqualTo(Byte.parseByte(words[3]));
            case "dfu-upload" -> {
                int start = 256 * Integer.parseInt(words[1]);
                byte[] block = Arrays.copyOfRange(image, start, Math.min(start + 256, image.length));
                assertThat(client.control(0xa1, 2, Integer.parseInt(words[1]), 0, 256)
                                .data())
                        .as(line)
                        .isEqualTo(block);
            }
            default ->
                assertThat(words[0])
                        .isIn(
                                "init",
                                "exit",
                                "open",
                                "close",
                                "get_device_list",
                                "claim_interface",
                                "release_interface");
        }
    }

    private static int endpoint(String word) {
        return Integer.parseInt(word.substring(2));
    }

    private long register(String address, int bytes) throws IOException {
        int at = Integer.parseInt(address, 16);
        byte[] value = client.control(0xc0, bytes == 4 ? 1 : 0, at & 0xffff, at >>> 16, bytes)
                .data();
        assertThat(value).hasSize(bytes);
        return ByteBuffer.wrap(Arrays.copyOf(value, 8))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    private void write(String address, int bytes, long value) throws IOException {
        int at = Integer.parseInt(address, 16);
        byte[] little = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        byte[] sent = Arrays.copyOf(little, bytes);
        assertThat(client.control(0x40, bytes == 4 ? 1 : 0, at & 0xffff, at >>> 16, bytes, sent)
                        .status())
                .isZero();
    }

    private void sent(int number, int length, String line) throws IOException {
        Reply reply = client.await(number);
        assertThat(reply.status()).as(line).isZero();
        assertThat(reply.length()).as(line).isEqualTo(length);
    }

    private void in(int endpoint, int length, String line) throws IOException {
        Reply reply = client.await(armed.get(endpoint).remove());
        assertThat(reply.status()).as(line).isZero();
        assertThat(reply.data()).as(line).hasSize(length);
        if (endpoint == 2) {
            assertThat(reply.data()).isEqualTo(INTERRUPT_0);
            if (output.length > 0) {
                outputs.add(output);
                output = new byte[0];
            }
        } else {
            int before = output.length;
            output = Arrays.copyOf(output, before + length);
            System.arraycopy(reply.data(), 0, output, before, length);
        }
    }

    /** What the transfer of this length was, in the models of the trace. */
    private byte[] content(int length) {
        for (Model model : models) {
            Executable execution = model.compiled().executionOnly();
            Executable caching = model.compiled().parameterCaching();
            if (tag == 1 && model.program().inputs().get(0).sizeBytes() == length) {
                byte[] input = new byte[length];
                for (int i = 0; i < length; i++) {
                    input[i] = (byte) (i % 251 + expected.size());
                }
                expected.add(model.program().run(List.of(input)).get(0));
                return input;
            }
            if (tag == 2 && caching.parameters().length() == length) {
                return model.bytes(caching.parameters().start(), length);
            }
            for (Executable each : List.of(execution, caching)) {
                InstructionChunk chunk = each.chunks().get(0);
                if (tag == 0 && chunk.range().length() == length) {
                    return linked(model.bytes(chunk.range().start(), length), chunk.relocations());
                }
            }
        }
        throw new AssertionError("no model has " + length + " bytes of tag " + tag);
    }

    private byte[] linked(byte[] chunk, List<Relocation> relocations) {
        for (Relocation relocation : relocations) {
            int pointer = random.nextInt();
            for (int bit = 0; bit < 32; bit++) {
                int at = relocation.bit() + bit;
                chunk[at / 8] |= (byte) ((pointer >>> bit & 1) << at % 8);
            }
        }
        return chunk;
    }
}
