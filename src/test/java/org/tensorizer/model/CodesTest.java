package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.schema.ActivationFunctionType;
import org.tensorizer.model.schema.Description;
import org.tensorizer.model.schema.Direction;
import org.tensorizer.model.schema.Position;

/** Numbers in a file, and what they stand for. */
class CodesTest {
    @Test
    void enumsAreInTheOrderOfTheirNumbers() {
        for (int code = 0; code < 23; code++) {
            assertThat(TensorType.of(code).code()).isEqualTo(code);
        }
        assertThat(TensorType.of(23)).isEqualTo(TensorType.UNKNOWN);
        assertThat(TensorType.of(127)).isEqualTo(TensorType.UNKNOWN);
        assertThat(Arrays.stream(ExecutableType.values()).map(Enum::name))
                .containsExactly(org.tensorizer.model.schema.ExecutableType.names);
        assertThat(Arrays.stream(OperatorOptions.FusedActivation.values()).map(Enum::name))
                .containsExactly(ActivationFunctionType.names);
        assertThat(Arrays.stream(Relocation.Kind.values()).map(Enum::name)).containsExactly(Description.names);
        assertThat(Arrays.stream(DmaHint.Direction.values()).map(Enum::name))
                .as("INFEED and OUTFEED in the schema")
                .containsExactly("TO_DEVICE", "FROM_DEVICE");
        assertThat(Direction.names).containsExactly("INFEED", "OUTFEED");
        assertThat(Arrays.stream(Relocation.Half.values()).map(Enum::name)).containsExactly(Position.names);
        assertThat(TensorType.of(9).code()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, 99})
    void otherNumbersAreRefusedWithWhatTheyMayBe(int type) {
        byte[] executable = SyntheticModel.executable(type, 1, new byte[4], List.of(new byte[16]));
        assertThatThrownBy(() -> Executable.parse("executable", executable))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("type")
                .hasMessageContaining("expected an executable type from 0 to 2, found " + type);
    }

    @Test
    void layersHaveTypesOfTheirOwnNumbering() {
        assertThat(DataType.of(8)).contains(DataType.SIGNED_FIXED_POINT8);
        assertThat(DataType.of(6)).isEmpty();
        assertThat(Arrays.stream(DataType.values()).mapToInt(DataType::bytes)).containsExactly(1, 2, 4, 2, 2, 4, 1, 2);
    }

    @Test
    void anIdentifierNeedsEightBytes() {
        assertThat(FileKind.of(ascii("....TFL3"))).isEqualTo(FileKind.TFLITE);
        assertThat(FileKind.of(ascii("....DWN1"))).isEqualTo(FileKind.PACKAGE);
        assertThat(FileKind.of(ascii("....TFL"))).isEqualTo(FileKind.UNIDENTIFIED);
        assertThat(FileKind.describe(ascii("....TFL"))).isEqualTo("a file of 7 bytes");
        assertThat(FileKind.describe(ascii("....0123"))).isEqualTo("the bytes 30 31 32 33");
    }

    @Test
    void refusalsOfTheSystemAreSaidInPlainWords() {
        assertThat(BadInputException.reason(new NoSuchFileException("f"))).isEqualTo("no such file or folder");
        assertThat(BadInputException.reason(new AccessDeniedException("f"))).isEqualTo("permission denied");
        assertThat(BadInputException.reason(new FileAlreadyExistsException("f")))
                .isEqualTo("exists already");
        assertThat(BadInputException.reason(new FileSystemException("f", null, "no space left")))
                .isEqualTo("no space left");
        assertThat(BadInputException.reason(new FileSystemException("f"))).isEqualTo("FileSystemException");
        assertThat(BadInputException.reason(new IOException("broken pipe"))).isEqualTo("broken pipe");
        assertThat(BadInputException.reason(new EOFException())).isEqualTo("EOFException");
    }

    @Test
    void aPathIsReadOrRefused() {
        assertThat(InputFile.path("folder/file")).isEqualTo(Path.of("folder", "file"));
        assertThatThrownBy(() -> InputFile.path("a\0b"))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("'a\\u0000b': expected a path: ");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
