package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.harness.Verdict;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.TfliteModel;

/**
 * Experiments about what stands in a model, not about what a chip does: no chip can refute them, so here a model that is
 * wrong in one field does. They ask no device, so none can fail under them.
 */
class WrongTemplateTest {
    private static final Path FIXTURE = Path.of("fixtures/templates/dense_256_uint8_per_channel_edgetpu.tflite");

    @TempDir
    private Path folder;

    @Test
    void anInstructionFieldOfAnotherValueRefutesBoth() throws IOException {
        for (Class<?> experiment : Set.of(OnlyQuantizationFieldsDiffer.class, AssembledEqualsCompiled.class)) {
            assertThat(anotherFieldValue(experiment, folder).named("wrong").with(v -> v == Verdict.REFUTED))
                    .as(experiment.getSimpleName())
                    .isNotEmpty();
        }
    }

    /** The experiment, with a template among the others that is wrong in one field of one instruction. */
    static Trial anotherFieldValue(Class<?> experiment, Path folder) throws IOException {
        Files.write(folder.resolve("wrong_edgetpu.tflite"), changedField(byAnother(Files.readAllBytes(FIXTURE))));
        return Trial.of(experiment, new EmulatorDevice(), folder);
    }

    @Test
    void aModelOfAnotherWriterThatIsAsPredictedSupports() throws IOException {
        Files.write(folder.resolve("right_edgetpu.tflite"), byAnother(Files.readAllBytes(FIXTURE)));

        Trial trial = Trial.of(AssembledEqualsCompiled.class, new EmulatorDevice(), folder);

        assertThat(trial.named("Instructions").named("right").counts()).containsOnlyKeys(Verdict.SUPPORTED);
        assertThat(trial.named("Instructions").named("dense_256").counts()).containsOnlyKeys(Verdict.NOT_APPLICABLE);
    }

    @Test
    void theFixturesDoNotRefute() {
        assertThat(Trial.of(OnlyQuantizationFieldsDiffer.class, new EmulatorDevice())
                        .with(v -> v == Verdict.REFUTED || v == Verdict.NO_VERDICT))
                .isEmpty();
    }

    /** The same model, no longer signed by Tensorizer: stands for one that edgetpu_compiler made. */
    private static byte[] byAnother(byte[] model) {
        String text = new String(model, StandardCharsets.ISO_8859_1);
        assertThat(text).contains("by Tensorizer");
        return text.replace("by Tensorizer", "by a compiler").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] changedField(byte[] bytes) {
        TfliteModel model = TfliteModel.parse("model", bytes);
        ByteRange chunk = model.onlyPackage().executionOnly().chunks().get(0).range();
        InstructionStream stream = InstructionStream.frame("model", model.bytes(), chunk);
        stream.instructions().stream()
                .filter(i -> i.opcode() == Opcode.MULTIPLY_ACCUMULATE)
                .forEach(i -> i.set(Op.SUMS.windowLevel(), 1));
        byte[] changed = bytes.clone();
        System.arraycopy(stream.toBytes(), 0, changed, chunk.start(), chunk.length());
        return changed;
    }
}
