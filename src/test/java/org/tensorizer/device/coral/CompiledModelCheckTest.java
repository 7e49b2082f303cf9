package org.tensorizer.device.coral;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Fixture;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.TfliteModel;

class CompiledModelCheckTest {
    private static final String NAME = "dense_256_edgetpu.tflite";

    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#compiled")
    void acceptsEveryCompiledModel(Sample sample) {
        assertThatCode(() -> CoralDevice.requireCompiled(sample.model(), 14, "runtime"))
                .doesNotThrowAnyException();
    }

    @Test
    void comparesTheRuntimeVersion() {
        TfliteModel model = TfliteModel.read(Fixture.compiled());
        assertThatThrownBy(() -> CoralDevice.requireCompiled(model, 13, "RuntimeVersion(13)"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("byte 456, Package.min_runtime_version")
                .hasMessageContaining("requires runtime version 14, libedgetpu has 13");
    }

    @Test
    void refusesAnotherChip() {
        byte[] bytes = Fixture.compiledBytes();
        int chip = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("beagle");
        bytes[chip] = 'e';
        TfliteModel model = TfliteModel.parse(NAME, bytes);
        assertThatThrownBy(() -> CoralDevice.requireCompiled(model, 14, "runtime"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Executable.chip: expected beagle, the chip of a Coral, found eeagle");
    }
}
