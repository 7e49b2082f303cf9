package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Npy;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.Elements;

class InputPatternTest {
    private static final Path FLOATS = Path.of("src/test/resources/cases/float32_128.npy");

    @TempDir
    private Path folder;

    /** Four elements each, as numbers of the tensor's own type. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INT8    | ones        | 1 1 1 1
            INT8    | ramp        | -128 -127 -126 -125
            UINT8   | ramp        | 0 1 2 3
            UINT8   | alternating | 255 0 255 0
            INT8    | impulse:2   | 3 3 127 3
            INT16   | ramp        | 0 1 2 3
            INT32   | ones        | 1 1 1 1
            INT64   | alternating | 1 -1 1 -1
            FLOAT32 | ones        | 1.0 1.0 1.0 1.0
            FLOAT32 | impulse:1   | 0.0 1.0 0.0 0.0
            FLOAT32 | zeros       | 0.0 0.0 0.0 0.0
            """)
    void namesMeanValuesOfTheTensorsType(String type, String pattern, String expected) {
        TensorSpec tensor = tensor(type, type.equals("INT8") ? 3 : 0, 1, 4);
        byte[] bytes = InputPattern.one(pattern, List.of(tensor)).get(0);
        assertThat(Elements.of(type, bytes).stream().map(String::valueOf)).containsExactly(expected.split(" "));
    }

    @Test
    void anArrayOfAnotherElementTypeIsRefusedThoughItsBytesWouldFit() {
        TensorSpec tensor = tensor("UINT8", 0, 1, 512);
        assertThatThrownBy(() -> InputPattern.rows(FLOATS.toString(), List.of(tensor)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("float32_128.npy: expected UINT8 [1, 512]")
                .hasMessageContaining("found FLOAT32 [128]");
        assertThat(InputPattern.one(FLOATS.toString(), List.of(tensor("FLOAT32", 0, 1, 128)))
                        .get(0))
                .hasSize(512);
    }

    @ParameterizedTest
    @CsvSource({"'1,2,3', 1", "'2,3', 1", "'6', 1", "'5,6', 5", "'5,2,3', 5", "'4,1,2,3', 4"})
    void anArrayIsTheTensorOrRowsOfIt(String shape, int rows) throws IOException {
        List<List<byte[]>> read = InputPattern.rows(file(shape), List.of(tensor("INT8", 0, 1, 2, 3)));
        assertThat(read).hasSize(rows);
        assertThat(read.get(rows - 1).get(0)).containsExactly(bytes(6 * rows, 6 * rows - 6));
    }

    @ParameterizedTest
    @CsvSource({"'3,2'", "'1,3,2'", "'12'", "'0,6'", "'2,2,3,1'"})
    void anArrayOfAnotherShapeIsRefused(String shape) throws IOException {
        String file = file(shape);
        assertThatThrownBy(() -> InputPattern.rows(file, List.of(tensor("INT8", 0, 1, 2, 3))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected INT8 [1, 2, 3] or rows of them");
    }

    private String file(String shape) throws IOException {
        List<Integer> dimensions =
                Arrays.stream(shape.split(",")).map(Integer::valueOf).toList();
        int size = dimensions.stream().reduce(1, (a, b) -> a * b);
        Path file = folder.resolve("x.npy");
        Files.write(file, new Npy(Npy.Type.INT8, dimensions, bytes(size, 0)).toBytes());
        return file.toString();
    }

    /** From a number up to an end. */
    private static byte[] bytes(int end, int start) {
        byte[] bytes = new byte[end - start];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (start + i);
        }
        return bytes;
    }

    private static TensorSpec tensor(String type, int zeroPoint, Integer... shape) {
        int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        int width = Npy.Type.named(type).orElseThrow().bytes();
        return new TensorSpec("x", type, List.of(shape), 1, zeroPoint, size * width);
    }
}
