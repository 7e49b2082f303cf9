package org.tensorizer.device.usb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Fixture;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** Models on a device that answers by the book: what is sent, when parameters are, and what comes back where. */
class UsbSessionTest {
    private static final byte[] MODEL = Fixture.compiledBytes();

    private final ScriptedBus bus = new ScriptedBus().knows("fixture", MODEL);
    private final UsbDevice device =
            UsbDevice.open(bus, "usb:0", UsbSelector.index(0), UsbSettings.DEFAULT, Optional::empty);

    @AfterEach
    void nothingIsLeft() {
        device.close();
        assertEquals(0, bus.openNow);
        assertEquals(List.of(), bus.chip.mistakes);
    }

    private static byte[] random(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] payload(byte[] model) {
        TfliteModel file = TfliteModel.parse("model", model);
        byte[] bytes = new byte[caching(file).parameters().length()];
        file.bytes(caching(file).parameters()).get(0, bytes);
        return bytes;
    }

    private static Executable caching(TfliteModel file) {
        return file.onlyPackage().parameterCaching();
    }

    /** The model with other weights and, if one likes, the same token. */
    private static byte[] withPayload(byte[] model, byte[] payload) {
        byte[] other = model.clone();
        int at = caching(TfliteModel.parse("model", model)).parameters().start();
        System.arraycopy(payload, 0, other, at, payload.length);
        return other;
    }

    @Test
    void answersWithTheChipsBytes() {
        byte[] input = random(256, 1);
        try (Session session = device.open("fixture", MODEL)) {
            assertEquals(256, session.inputs().get(0).byteSize());
            assertEquals("UINT8", session.outputs().get(0).type());
            assertArrayEquals(ScriptedChip.answer(input, payload(MODEL), 256), session.run(input));
        }
        assertEquals(Provenance.EMULATED, device.provenance());
        assertEquals("usb:0", device.name());
    }

    @Test
    void aDeviceThatDoesNotSayThatItIsVirtualIsSilicon() {
        ScriptedBus real = new ScriptedBus();
        real.control.release = 0x0100;
        try (UsbDevice other = UsbDevice.open(real, "usb:0", UsbSelector.at("2-1.4"), UsbSettings.DEFAULT)) {
            assertEquals(Provenance.SILICON, other.provenance());
        }
    }

    @Test
    void flipsTheSignOfSignedTensors() throws Exception {
        byte[] model = Files.readAllBytes(Fixture.compiled().resolveSibling("dense_256_int8_identity_edgetpu.tflite"));
        bus.knows("int8", model);
        byte[] input = random(256, 2);
        byte[] flipped = input.clone();
        byte[] expected = new byte[256];
        for (int i = 0; i < 256; i++) {
            flipped[i] ^= (byte) 0x80;
        }
        byte[] sent = ScriptedChip.answer(flipped, payload(model), 256);
        for (int i = 0; i < 256; i++) {
            expected[i] = (byte) (sent[i] ^ 0x80);
        }
        try (Session session = device.open("int8", model)) {
            assertArrayEquals(expected, session.run(input));
        }
    }

    @Test
    void parametersAreSentWhenTheChipHoldsOthers() {
        byte[] other = withPayload(MODEL, random(payload(MODEL).length, 3)); // the same token: it plays no part
        byte[] same = withPayload(MODEL, payload(MODEL));
        byte[] input = random(256, 4);
        try (Session first = device.open("a", MODEL);
                Session second = device.open("b", other);
                Session third = device.open("c", same)) {
            byte[] a = first.run(input);
            first.run(input);
            assertEquals(1, bus.chip.parametersSent);
            byte[] b = second.run(input);
            assertEquals(2, bus.chip.parametersSent);
            assertFalse(Arrays.equals(a, b));
            assertArrayEquals(a, first.run(input));
            assertEquals(3, bus.chip.parametersSent);
            assertArrayEquals(a, third.run(input));
            assertEquals(3, bus.chip.parametersSent, "the same bytes under another session need not be sent");
        }
    }

    @Test
    void swappedWeightsAnswerAsAReloadedModel() {
        byte[] input = random(256, 5);
        int length = payload(MODEL).length;
        try (Session session = device.open("fixture", MODEL)) {
            byte[] before = session.run(input);
            WeightSwap swap = session.weightSwap().orElseThrow();
            assertEquals(length, swap.payloadBytes());
            for (int seed = 0; seed < 4; seed++) {
                byte[] weights = random(length, seed);
                ByteBuffer buffer = seed % 2 == 0 ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
                swap.swap(buffer.put(weights).flip());
                assertEquals(0, buffer.position(), "the buffer does not move");
                byte[] swapped = session.run(input);
                try (Session reloaded = device.open("reloaded", withPayload(MODEL, weights))) {
                    assertArrayEquals(reloaded.run(input), swapped);
                }
                assertArrayEquals(swapped, session.run(input), "swapped weights stay when others were in between");
                assertFalse(Arrays.equals(before, swapped));
            }
        }
    }

    /** The same buffer with other bytes is another payload: nothing is taken for known because it looks the same. */
    @Test
    void aBufferUsedAgainIsSentAgain() {
        byte[] input = random(256, 6);
        ByteBuffer buffer = ByteBuffer.allocateDirect(payload(MODEL).length);
        try (Session session = device.open("fixture", MODEL)) {
            WeightSwap swap = session.weightSwap().orElseThrow();
            for (int seed = 0; seed < 3; seed++) {
                byte[] weights = random(buffer.capacity(), seed);
                buffer.put(0, weights);
                swap.swap(buffer);
                assertArrayEquals(ScriptedChip.answer(input, weights, 256), session.run(input));
            }
            assertEquals(3, bus.chip.parametersSent, "the model's own were never needed");
        }
    }

    @Test
    void aPayloadOfAnotherLengthIsRefused() {
        try (Session session = device.open("fixture", MODEL)) {
            WeightSwap swap = session.weightSwap().orElseThrow();
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> swap.swap(ByteBuffer.allocate(5)));
            assertTrue(refused.getMessage().contains("expected 67584 bytes, found 5"), refused.getMessage());
            session.run(random(256, 7));
        }
    }

    @Test
    void wrongInputsAreRefusedAndHarmless() {
        try (Session session = device.open("fixture", MODEL)) {
            assertThrows(IllegalArgumentException.class, () -> session.run(new byte[255]));
            assertThrows(IllegalArgumentException.class, () -> session.run(List.of()));
            session.run(new byte[256]);
        }
        assertEquals(1, bus.resets);
    }

    @Test
    void aClosedSessionIsRefused() {
        Session session = device.open("fixture", MODEL);
        session.close();
        session.close();
        assertThrows(IllegalStateException.class, () -> session.run(new byte[256]));
    }

    @Test
    void modelsThatAreNotCompiledAreRefused() {
        BadInputException refused =
                assertThrows(BadInputException.class, () -> device.open("plain", Fixture.sourceBytes()));
        assertTrue(refused.getMessage().contains("not compiled"), refused.getMessage());
    }

    @Test
    void twoThreadsTakeTurns() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 2; t++) {
            byte[] weights = random(payload(MODEL).length, t);
            byte[] input = random(256, 100 + t);
            Thread thread = new Thread(() -> {
                try (Session session = device.open("fixture", withPayload(MODEL, weights))) {
                    for (int i = 0; i < 50; i++) {
                        assertArrayEquals(ScriptedChip.answer(input, weights, 256), session.run(input));
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
    }

    /** Quantize and dequantize around the compiled part run under TFLite; several tensors, tiles, padding. */
    @ParameterizedTest
    @MethodSource("surrounded")
    void operatorsAroundTheCompiledOneRunUnderTflite(Sample sample) {
        bus.knows(sample.name(), sample.bytes());
        try (Session session = device.open(sample.name(), sample.bytes())) {
            List<byte[]> answers =
                    session.run(List.of(random(session.inputs().get(0).byteSize(), 8)));
            assertEquals(
                    session.outputs().stream().map(TensorSpec::byteSize).toList(),
                    answers.stream().map(answer -> answer.length).toList());
            assertTrue(session.weightSwap().isPresent());
            assertEquals(1, bus.chip.parametersSent);
        }
    }

    static Stream<Sample> surrounded() {
        Path pong = SharedFolder.root().resolve("networks").resolve("rl_pong_edgetpu.tflite");
        Stream<Sample> real = SharedFolder.has(pong) ? Stream.of(Sample.of(pong)) : Stream.of();
        return Stream.concat(Stream.of(Samples.branchesCompiled()), real);
    }

    /** The bytes that a model announces are those that come. */
    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#compiled")
    void everyModelRunsOrIsRefusedForItsHints(Sample sample) {
        bus.knows(sample.name(), sample.bytes());
        if (sample.name().startsWith("keras_lstm")) {
            BadInputException refused =
                    assertThrows(BadInputException.class, () -> device.open("lstm", sample.bytes()));
            assertTrue(refused.getMessage().contains("fully_deterministic"), refused.getMessage());
        } else {
            try (Session session = device.open(sample.name(), sample.bytes())) {
                session.run(session.inputs().stream()
                        .map(spec -> random(spec.byteSize(), 9))
                        .toList());
            }
            assertEquals(1, bus.resets, "no fault");
        }
    }
}
