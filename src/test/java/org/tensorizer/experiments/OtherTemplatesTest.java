package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Verdict;
import org.tensorizer.template.CompiledModelWriter;

/**
 * The folder that a user names holds layers of any shape and format. On each of them an experiment must come to a verdict or
 * say what it lacks; a channel that a small layer does not have is no reason for either a refutation or an error.
 */
class OtherTemplatesTest {
    private static final List<DenseShape> SHAPES = List.of(
            DenseShape.of(64, 10, ParameterFormat.PER_TENSOR_BIAS),
            DenseShape.of(100, 70, ParameterFormat.PER_CHANNEL),
            new DenseShape(13, 130, ParameterFormat.PER_CHANNEL_BIAS, Activation.RELU),
            DenseShape.of(3, 1, ParameterFormat.PER_TENSOR));

    @TempDir
    private static Path folder;

    @BeforeAll
    static void write() throws IOException {
        for (DenseShape shape : SHAPES) {
            Files.write(
                    folder.resolve("other_" + shape.inputs() + "_edgetpu.tflite"),
                    CompiledModelWriter.write(SeededLayer.of(shape, 3).build()));
        }
    }

    /** Those that take the layers of that folder. */
    static Stream<Class<?>> experiments() {
        return SensitivityTest.experiments()
                .filter(experiment -> !AnnotationSupport.findAnnotatedMethods(
                                experiment, EveryTemplate.class, HierarchyTraversalMode.TOP_DOWN)
                        .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void layersOfAnyShapeGiveAVerdictOrAReason(Class<?> experiment) {
        Trial trial = Trial.of(experiment, new EmulatorDevice(), folder).named("other");

        assertThat(trial.with(v -> v != Verdict.SUPPORTED && v != Verdict.NOT_APPLICABLE))
                .isEmpty();
        assertThat(trial.with(v -> v == Verdict.NOT_APPLICABLE))
                .allSatisfy(run -> assertThat(run.failure()).hasMessageMatching("(?s).{15,}"));
    }
}
