package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.BadInputException;
import org.tensorizer.fuzz.Allocation;

/** Files that a user may name by mistake, and models that were damaged on the way. */
class BadFilesTest {
    /** ReaderFuzzTest damages more. */
    private static final int FLIPS = 400;

    private static final byte[] EXECUTABLE =
            SyntheticModel.executable(2, 1, new byte[4], List.of(new byte[32], new byte[16]));
    private static final byte[] PACKAGE = SyntheticModel.pack(List.of(EXECUTABLE));
    private static final byte[] MODEL = SyntheticModel.tflite(List.of(SyntheticModel.options(4, List.of(PACKAGE))));

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        Path file = folder.resolve("missing.tflite");
        assertThatThrownBy(() -> TfliteModel.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessage(file + ": no such file");
    }

    @Test
    void aDirectoryIsNoFile(@TempDir Path folder) {
        assertThatThrownBy(() -> TfliteModel.read(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessage(folder + ": expected a file, found a directory");
    }

    @Test
    void aDeviceIsNoFile() {
        Path device = Path.of("/dev/zero");
        assumeTrue(Files.exists(device), "needs /dev/zero");
        assertThatThrownBy(() -> TfliteModel.read(device))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected a regular file");
    }

    @Test
    void anUnreadableFileIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("locked.tflite"), MODEL);
        assumeTrue(file.toFile().setReadable(false), "needs a file system with permissions");
        assumeFalse(Files.isReadable(file), "needs a user whom permissions hold back; this one is root");
        assertThatThrownBy(() -> TfliteModel.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("permission denied");
    }

    /** A sparse file: it has the length and takes no room. */
    @Test
    void aFileOfTwoGigabytesIsRefusedByItsLength(@TempDir Path folder) throws IOException {
        Path file = sparse(folder, 1L << 31);
        long allocated = Allocation.of(() -> assertThatThrownBy(() -> TfliteModel.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessage(file + ": expected a file below 2 GiB, found 2147483648 bytes; nothing was read"));
        assertThat(allocated).isLessThan(1 << 24);
    }

    private static Path sparse(Path folder, long length) throws IOException {
        Path file = folder.resolve("large.tflite");
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(length);
        }
        return file;
    }

    @Test
    void anEmptyFileIsNoModel(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("empty.tflite"));
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> TfliteModel.read(file))
                .withMessage(file
                        + ": byte 0, file identifier: expected a TFLite model (identifier TFL3), found an empty file");
    }

    @Test
    void anotherFormatIsNamedByItsBytes() {
        assertThatThrownBy(() -> TfliteModel.parse("text", "just some text".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("found the bytes 20 73 6f 6d");
        assertThatThrownBy(() -> TfliteModel.parse("package", PACKAGE))
                .hasMessageContaining("found a package (identifier DWN1)");
        assertThatThrownBy(() -> EdgeTpuPackage.parse("model", MODEL))
                .hasMessageContaining("expected a package, found a TFLite model");
        assertThatThrownBy(() -> Executable.parse("package", PACKAGE))
                .hasMessageContaining("expected a serialized executable, found a package");
        assertThatThrownBy(() -> Executable.parse("empty", new byte[0])).isInstanceOf(BadInputException.class);
        assertThat(FileKind.of(MODEL)).isEqualTo(FileKind.TFLITE);
        assertThat(FileKind.of(PACKAGE)).isEqualTo(FileKind.PACKAGE);
        assertThat(FileKind.of(EXECUTABLE)).isEqualTo(FileKind.UNIDENTIFIED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 16, 100, 5000, 100_000})
    void randomBytesAreNoModel(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        assertRefused(bytes);
        // with the right identifier, so that reading goes on
        byte[] identifier = "TFL3".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(identifier, 0, bytes, Math.min(4, length), Math.max(0, Math.min(4, length - 4)));
        assertRefused(bytes);
    }

    private static void assertRefused(byte[] bytes) {
        assertThatThrownBy(() -> TfliteModel.parse("random", bytes)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> EdgeTpuPackage.parse("random", bytes)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> Executable.parse("random", bytes)).isInstanceOf(BadInputException.class);
    }

    @Test
    void aPlainModelHasNoPackage() {
        TfliteModel model = TfliteModel.parse("plain", SyntheticModel.tflite(List.of()));
        assertThat(model.isCompiled()).isFalse();
        assertThatThrownBy(model::onlyPackage)
                .isInstanceOf(BadInputException.class)
                .hasMessage("plain: expected one compiled package (edgetpu-custom-op), found none: "
                        + "the model is not compiled for the Edge TPU");
    }

    /** Compiled ones that are not too large to be read often; real ones where they are. */
    static Stream<Sample> models() {
        return Samples.compiled().stream().filter(sample -> sample.bytes().length < 1 << 16);
    }

    @ParameterizedTest
    @MethodSource("models")
    void byteFlipsEndInAModelOrAFormatException(Sample sample) {
        byte[] bytes = sample.bytes().clone();
        Random random = new Random(20_260_101);
        for (int i = 0; i < FLIPS; i++) {
            int at = random.nextInt(bytes.length);
            byte before = bytes[at];
            bytes[at] = (byte) random.nextInt(256);
            readOrRefuse(sample.name(), bytes);
            bytes[at] = before;
        }
    }

    /** Most bytes of a model are payload; these are the others. */
    @Test
    void everyByteOfAModelSetToExtremesEndsInAModelOrAFormatException() {
        byte[] bytes = MODEL.clone();
        for (int at = 0; at < bytes.length; at++) {
            byte before = bytes[at];
            for (int value : new int[] {0, 0x80, 0xff, before ^ 1}) {
                bytes[at] = (byte) value;
                readOrRefuse("synthetic", bytes);
            }
            bytes[at] = before;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void truncationsEndInAModelOrAFormatException(Sample sample) {
        byte[] bytes = sample.bytes();
        Random random = new Random(20_260_102);
        for (int i = 0; i < FLIPS / 4; i++) {
            readOrRefuse(sample.name(), Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        }
    }

    /** A flip in a payload leaves a sound model; anything but a format exception fails the test by itself. */
    private static void readOrRefuse(String name, byte[] bytes) {
        try {
            ReadFacts.touch(TfliteModel.parse(name, bytes));
        } catch (BadInputException e) {
            assertThat(e.getMessage()).startsWith(name + ": byte ");
            String offset = e.getMessage().substring(name.length() + 7).replaceFirst(",.*", "");
            assertThat(Integer.parseInt(offset)).isBetween(0, bytes.length);
            assertThat(e.getMessage()).contains("expected").hasSizeLessThan(500);
        }
    }
}
