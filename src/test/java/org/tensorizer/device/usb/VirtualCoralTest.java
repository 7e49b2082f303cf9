package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Fixture;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.SharedFolder;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.virtual.Fault;
import org.tensorizer.device.virtual.TestSettings;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;

/** Driver, wire and emulated chip together: what comes out is what the emulator says without the wire. */
class VirtualCoralTest {
    private static UsbDevice open(VirtualSettings settings) {
        return UsbDevice.open(
                new VirtualBus(settings),
                "virtual",
                UsbSelector.index(0),
                UsbSettings.DEFAULT.withDeadline(20_000),
                VirtualCoralTest::image);
    }

    private static Optional<Firmware> image() {
        return Optional.of(new Firmware(new byte[Firmware.BYTES], "a test"));
    }

    private static List<byte[]> inputs(Session session, int seed) {
        List<byte[]> inputs = new ArrayList<>();
        for (TensorSpec spec : session.inputs()) {
            byte[] bytes = new byte[spec.byteSize()];
            new Random(seed).nextBytes(bytes);
            inputs.add(bytes);
        }
        return inputs;
    }

    private static void assertSame(byte[] model, VirtualSettings settings) {
        try (UsbDevice usb = open(settings);
                Session driven = usb.open("model", model);
                EmulatorDevice emulator = new EmulatorDevice();
                Session emulated = emulator.open("model", model)) {
            for (int seed = 0; seed < 2; seed++) {
                List<byte[]> expected = emulated.run(inputs(emulated, seed));
                List<byte[]> found = driven.run(inputs(driven, seed));
                assertEquals(expected.size(), found.size());
                for (int i = 0; i < found.size(); i++) {
                    assertArrayEquals(expected.get(i), found.get(i), "output " + i);
                }
            }
        }
    }

    @Test
    void aDenseLayerAnswersTheSame() {
        assertSame(Fixture.compiledBytes(), VirtualSettings.DEFAULT);
    }

    /** Several outputs, tiles and padding, operators of TFLite around; small chunks. */
    @ParameterizedTest
    @MethodSource("networks")
    void networksAnswerTheSame(Sample sample) {
        assertSame(sample.bytes(), VirtualSettings.DEFAULT);
        assertSame(sample.bytes(), TestSettings.speed(Speed.HIGH));
    }

    static Stream<Sample> networks() {
        Stream<Sample> real = Stream.of(
                        "templates/split_concat_edgetpu.tflite",
                        "templates/gabor_64x64_7k_4o_2s_edgetpu.tflite",
                        "templates/mobilenet_v1_0.25_128_quant_edgetpu.tflite",
                        "networks/rl_pong_edgetpu.tflite")
                .map(SharedFolder.root()::resolve)
                .filter(SharedFolder::has)
                .map(Sample::of);
        return Stream.concat(Stream.of(Samples.network(), Samples.branchesCompiled()), real);
    }

    @Test
    void aBootLoaderGetsItsImageAndRuns() {
        assertSame(Fixture.compiledBytes(), TestSettings.boot());
    }

    @Test
    void itNeverReadsLikeSilicon() {
        try (UsbDevice usb = open(VirtualSettings.DEFAULT)) {
            assertEquals(Provenance.EMULATED, usb.provenance());
            assertEquals("virtual", usb.name());
        }
    }

    @Test
    void theOtherOneOfTwoRunsBesideTheFirst() {
        VirtualBus bus = new VirtualBus(TestSettings.devices(2));
        VirtualBus another = new VirtualBus(TestSettings.devices(2)); // a device owns its bus
        try (UsbDevice first = UsbDevice.open(bus, "usb:0", UsbSelector.index(0), UsbSettings.DEFAULT);
                UsbDevice second = UsbDevice.open(another, "usb:1-2", UsbSelector.at("1-2"), UsbSettings.DEFAULT);
                Session one = first.open("model", Fixture.compiledBytes());
                Session other = second.open("model", Fixture.compiledBytes())) {
            assertEquals("1-2", second.port().location());
            assertArrayEquals(one.run(new byte[256]), other.run(new byte[256]));
        }
    }

    /** The second program of a session is its first inference; afterwards the session works. */
    @ParameterizedTest
    @EnumSource(
            value = Fault.Kind.class,
            names = {"STALL", "TIMEOUT", "SHORT_OUTPUT", "LOST_EVENT", "WRONG_TAG", "FATAL_INTERRUPT", "DUPLICATE_EVENT"
            })
    void faultsAreTypedAndPass(Fault.Kind kind) {
        VirtualSettings settings = VirtualSettings.DEFAULT.withFaults(List.of(new Fault(kind, 2)));
        try (UsbDevice usb = UsbDevice.open(
                        new VirtualBus(settings),
                        "virtual",
                        UsbSelector.index(0),
                        UsbSettings.DEFAULT.withDeadline(1500));
                Session session = usb.open("model", Fixture.compiledBytes())) {
            UsbFault fault = assertThrows(UsbFault.class, () -> {
                for (int run = 0; run < 20; run++) { // a second completion is taken for the next one until that comes
                    session.run(new byte[256]);
                    Thread.sleep(1);
                }
            });
            assertEquals(expected(kind), fault.faultCause(), fault.getMessage());
            assertTrue(fault.getMessage().contains("Remedy: "), fault.getMessage());
            session.run(new byte[256]);
        }
    }

    private static UsbFault.Cause expected(Fault.Kind kind) {
        return switch (kind) {
            case STALL -> UsbFault.Cause.STALL;
            case SHORT_OUTPUT -> UsbFault.Cause.SHORT_OUTPUT;
            case LOST_EVENT -> UsbFault.Cause.LOST_EVENT;
            case WRONG_TAG, DUPLICATE_EVENT -> UsbFault.Cause.WRONG_EVENT;
            case FATAL_INTERRUPT -> UsbFault.Cause.FATAL_INTERRUPT;
            default -> UsbFault.Cause.NO_ANSWER;
        };
    }
}
