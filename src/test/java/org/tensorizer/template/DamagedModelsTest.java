package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;

/** Whatever is in the file: an answer or a {@link BadInputException}, nothing else. Seeded. */
class DamagedModelsTest {
    private static final int DAMAGES = 1000;
    private static final DenseShape SHAPE = new DenseShape(20, 70, ParameterFormat.PER_CHANNEL_BIAS, Activation.RELU);

    @Test
    void damagedTemplates() {
        byte[] good = CompiledModelWriter.write(
                DenseSpecs.random(SHAPE, TensorType.INT8, 1).token(1).build());
        byte[] input = new byte[SHAPE.inputs()];
        int refused = damage(good, bytes -> {
            DenseTemplate template = DenseTemplate.of(TfliteModel.parse("damaged", bytes));
            if (template.shape().inputs() == input.length) {
                template.expected(input);
            }
            TemplateVerification.of(template.model());
        });
        assertThat(refused).isBetween(DAMAGES / 100, DAMAGES - 1);
    }

    @Test
    void damagedSources() {
        byte[] good = SourceModelWriter.write(
                DenseSpecs.random(SHAPE, TensorType.UINT8, 1).build());
        int refused = damage(
                good,
                bytes -> SourceModel.of(TfliteModel.parse("damaged", bytes)).compile());
        assertThat(refused).isBetween(DAMAGES / 100, DAMAGES - 1);
    }

    /** @return how many were refused */
    private static int damage(byte[] good, Consumer<byte[]> reader) {
        Random random = new Random(42);
        int refused = 0;
        for (int i = 0; i < DAMAGES; i++) {
            byte[] bytes = good.clone();
            int flips = 1 + random.nextInt(4);
            for (int flip = 0; flip < flips; flip++) {
                int at = random.nextInt(bytes.length);
                while (bytes[at] == 0 && random.nextInt(8) != 0) { // structure rather than padding
                    at = random.nextInt(bytes.length);
                }
                bytes[at] = (byte) random.nextInt();
            }
            try {
                reader.accept(bytes);
            } catch (BadInputException e) {
                refused++;
            } catch (RuntimeException e) {
                fail("damage " + i + " of seed 42", e);
            }
        }
        return refused;
    }
}
