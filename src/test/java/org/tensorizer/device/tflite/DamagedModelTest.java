package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;

/**
 * No model, however damaged, may end the JVM: it runs, or it is refused with one of the two exceptions. More rounds:
 * {@code -Dtensorizer.flips=5000}.
 */
class DamagedModelTest {
    private static final int FLIPS = Integer.getInteger("tensorizer.flips", 300);
    private final CpuDevice cpu = new CpuDevice();

    @ParameterizedTest
    @ValueSource(strings = {"dense_256.tflite", "split_concat.tflite", "keras_lstm_mnist_ptq.tflite"})
    void plainModels(String name) {
        byte[] model = SharedFolder.bytes(SharedFolder.template(name));
        damage(model, copy -> cpu.open(name, copy));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense_256_edgetpu.tflite", "split_concat_edgetpu.tflite"})
    void compiledModels(String name) {
        byte[] model = SharedFolder.bytes(SharedFolder.template(name));
        damage(model, copy -> TfliteSession.open(TfliteModel.parse(name, copy), options -> CustomKernelTest::zero));
    }

    /** TFLite's verifier lets it pass, and making its interpreter reads address 0. */
    @Test
    void aModelWithoutSubgraphs() {
        byte[] model = SharedFolder.bytes(SharedFolder.template("split_concat.tflite"));
        model[22] ^= 8; // slot of Model.subgraphs in the vtable
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
