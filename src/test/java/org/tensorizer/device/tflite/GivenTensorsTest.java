package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;

/** Models that read what nobody gives: an 8 by 8 layer with one number changed each. */
class GivenTensorsTest {
    private static final Path FOLDER = Path.of("src/test/resources/hostile/dataflow");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "constant-without-bytes | operator 0, FULLY_CONNECTED: reads tensor 1 \"weights\"",
                "operator-reads-its-own-output | operator 0, FULLY_CONNECTED: reads tensor 3 \"output\"",
                "output-that-nobody-writes | the output: reads tensor 3 \"output\""
            })
    void isRefusedBeforeTfliteSeesIt(String name, String message) {
        byte[] model = InputFile.read(FOLDER.resolve(name + ".tflite"));
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> new CpuDevice().open(name, model))
                .withMessage(name + ": subgraph 0: " + message
                        + ", expected one that is an input, has bytes, or is written by an operator before");
    }
}
