package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;

/**
 * No model, however damaged, may end the JVM: it runs, or it is refused with one of the two exceptions. More rounds:
 * {@code -Dtensorizer.flips=5000}.
 */
class DamagedModelTest {
    /** Byte of the slot of Model.subgraphs in the vtable. */
    private static final int SUBGRAPHS = 4 + 2 * 2;

    private static final int FLIPS = Integer.getInteger("tensorizer.flips", 100);
    private final CpuDevice cpu = new CpuDevice();

    static Stream<Sample> plain() {
        return Samples.sources().stream().filter(DamagedModelTest::isSmall);
    }

    static Stream<Sample> compiled() {
        return Samples.compiled().stream().filter(DamagedModelTest::isSmall);
    }

    /** Larger ones take long and have no other structure. */
    private static boolean isSmall(Sample sample) {
        return sample.bytes().length < 1 << 17;
    }

    @ParameterizedTest
    @MethodSource("plain")
    void plainModels(Sample sample) {
        damage(sample.bytes(), copy -> cpu.open(sample.name(), copy));
    }

    @ParameterizedTest
    @MethodSource("compiled")
    void compiledModels(Sample sample) {
        damage(
                sample.bytes(),
                copy -> TfliteSession.open(TfliteModel.parse(sample.name(), copy), options -> CustomKernelTest::zero));
    }

    /** TFLite's verifier lets it pass, and making its interpreter reads address 0. */
    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#sources")
    void aModelWithoutSubgraphs(Sample sample) {
        byte[] model = sample.bytes().clone();
        ByteBuffer bytes = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
        int root = bytes.getInt(0);
        bytes.putShort(root - bytes.getInt(root) + SUBGRAPHS, (short) 0);
        assertThatThrownBy(() -> cpu.open("headless", model))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Model.subgraphs");
    }

    private interface Opening {
        Session open(byte[] model);
    }

    private static void damage(byte[] model, Opening opening) {
        Random random = new Random(20260601);
        Map<String, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < FLIPS; i++) {
            byte[] copy = model.clone();
            for (int flip = 0; flip <= i % 3; flip++) {
                // structure stands at both ends of these files; weights in the middle hardly matter
                int at = i % 2 == 0 ? random.nextInt(model.length) : structural(random, model.length);
                copy[at] ^= (byte) (1 << random.nextInt(8));
            }
            outcomes.merge(outcome(copy, opening), 1, Integer::sum);
            if (i % 10 == 0) {
                outcomes.merge(outcome(Arrays.copyOf(model, random.nextInt(model.length)), opening), 1, Integer::sum);
            }
        }
        assertThat(outcomes).containsKeys("ran", "refused");
    }

    private static int structural(Random random, int length) {
        int near = random.nextInt(Math.min(4096, length));
        return random.nextBoolean() ? near : length - 1 - near;
    }

    private static String outcome(byte[] model, Opening opening) {
        try (Session session = opening.open(model)) {
            session.run(session.inputs().stream()
                    .map(spec -> new byte[spec.byteSize()])
                    .toList());
            return "ran";
        } catch (BadInputException | DeviceFault e) {
            assertThat(e.getMessage()).isNotBlank();
            return "refused";
        } catch (RuntimeException e) {
            return fail("neither bad input nor a fault", e);
        }
    }
}
