package org.tensorizer.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
    private static final Npy ARRAY = array();

    private static Npy array() {
        return Npy.of(new int[] {1, 2, -1, 256, 65536, 1 << 30}, 2, 3);
    }

    @Test
    void readsBackWhatItWrites() {
        Npy read = Npy.parse("a.npy", ARRAY.toBytes());
        assertThat(read.type()).isEqualTo(Npy.Type.INT32);
        assertThat(read.shape()).containsExactly(2, 3);
        assertThat(read.data()).isEqualTo(ARRAY.data());
        assertThat(read.ints()[4]).isEqualTo(65536);
    }

    @Test
    void writesNumPysOwnBytes() {
        // numpy.save of np.array([5, 250], np.uint8)
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
        byte[] file = new Npy(Npy.Type.UINT8, List.of(2), new byte[] {5, (byte) 250}).toBytes();
        assertThat(file).hasSize(130);
        assertThat(new String(file, 10, header.length(), StandardCharsets.US_ASCII))
                .isEqualTo(header);
        assertThat(Arrays.copyOf(file, 10)).isEqualTo(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
        assertThat(file[127]).isEqualTo((byte) '\n');
    }

    @Test
    void keepsScalarsAndEmptyArrays() {
        assertThat(Npy.parse("s", new Npy(Npy.Type.FLOAT32, List.of(), new byte[4]).toBytes())
                        .shape())
                .isEmpty();
        assertThat(Npy.parse("e", new Npy(Npy.Type.INT8, List.of(0, 3), new byte[0]).toBytes())
                        .shape())
                .containsExactly(0, 3);
    }

    /** numpy.save of an array whose first index runs fastest, such as a transposed kernel of Keras. */
    @Test
    void readsFortranOrder() throws IOException {
        Npy kernel = Npy.read(Path.of("src/test/resources/cases/kernel_transposed_8x8.npy"));
        assertThat(kernel.shape()).containsExactly(8, 8);
        for (int i = 0; i < 64; i++) {
            assertThat(kernel.data()[i]).isEqualTo((byte) (i % 8 * 8 + i / 8));
        }
        // np.asfortranarray(np.array([[1, 2, -1], [256, 65536, 1 << 30]], np.int32)), its data 1 256 2 65536 ...
        Npy cubes = Npy.parse("f.npy", fortran(1, 256, 2, 65536, -1, 1 << 30));
        assertThat(cubes.data()).isEqualTo(ARRAY.data());
    }

    private static byte[] fortran(int... data) {
        byte[] file = Npy.of(data, 2, 3).toBytes();
        String text = new String(file, StandardCharsets.ISO_8859_1);
        return text.replace("False", "True ").getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void saysWhatItDoesNotRead() {
        assertThatThrownBy(() -> Npy.parse("x.npy", edited("<i4", ">i4")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("'>i4'");
        assertThatThrownBy(() -> Npy.parse("x.npy", edited("(2, 3)", "(2, 4)")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("needs 32 bytes, 24 follow");
        assertThatThrownBy(() -> new Npy(Npy.Type.INT8, List.of(3), new byte[2]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] edited(String from, String to) {
        byte[] file = ARRAY.toBytes();
        String text = new String(file, StandardCharsets.ISO_8859_1).replace(from, to);
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void damageOfAnyKindEndsInItsOwnException() {
        byte[] good = ARRAY.toBytes();
        Random random = new Random(3);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = Arrays.copyOf(good, random.nextBoolean() ? good.length : random.nextInt(good.length));
            for (int flips = random.nextInt(4); flips >= 0 && bad.length > 0; flips--) {
                bad[random.nextInt(Math.min(bad.length, 90))] = (byte) random.nextInt(256);
            }
            try {
                Npy.parse("damaged", bad);
            } catch (BadInputException expected) {
                assertThat(expected.getMessage()).startsWith("damaged: byte ");
            }
        }
    }

    /** Made anew: a constant of the class would hide what the code does now. */
    @Test
    void aMapIsWrittenRowByRow() {
        assertThat(array().shape()).containsExactly(2, 3);
        assertThat(array().ints()).containsExactly(1, 2, -1, 256, 65536, 1 << 30);
    }

    @Test
    void theLongestHeaderIsReadBack() {
        int most = Integer.MAX_VALUE;
        byte[] header = new Npy(Npy.Type.INT8, List.of(0, most, 0, most, 0, most, 0, most), new byte[0]).toBytes();
        assertThat(header.length % 64).isZero();
        assertThat((header[8] & 0xff) | header[9] << 8).isEqualTo(header.length - 10);

        List<Integer> eight = List.of(1, 1, 1, 1, 1, 1, 1, 2);
        assertThat(Npy.parse("eight", new Npy(Npy.Type.INT8, eight, new byte[2]).toBytes())
                        .shape())
                .isEqualTo(eight);
        assertThatThrownBy(() -> new Npy(Npy.Type.INT8, List.of(1, 1, 1, 1, 1, 1, 1, 1, 1), new byte[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 8 dimensions");
    }

    @Test
    void aFileThatEndsEarlySaysWhere() {
        byte[] file = ARRAY.toBytes();
        for (int length = 0; length < 6; length++) {
            refused(Arrays.copyOf(file, length), "cut: byte " + length + ": no NPY magic");
            byte[] other = file.clone();
            other[length] ^= 1;
            refused(other, "cut: byte " + length + ": no NPY magic");
        }
        refused(Arrays.copyOf(file, 9), "cut: byte 9: ends inside the preamble of 10 bytes");
        refused(Arrays.copyOf(file, 10), "cut: byte 8: header of 118 bytes, 0 are there");
        byte[] second = Arrays.copyOf(file, 12);
        second[6] = 2;
        second[10] = 0;
        second[11] = 0;
        refused(Arrays.copyOf(second, 11), "cut: byte 11: ends inside the header length");
        refused(second, "cut: byte 8: header of 118 bytes, 0 are there");
        refused(Arrays.copyOf(file, 127), "cut: byte 8: header of 118 bytes, 117 are there");
        refused(Arrays.copyOf(file, 128), "cut: byte 128: shape [2, 3] needs 24 bytes, 0 follow");
    }

    private static void refused(byte[] file, String message) {
        assertThatThrownBy(() -> Npy.parse("cut", file))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void everyVersionIsReadAndTheShortestFilesAreRefused(@TempDir Path folder) throws IOException {
        byte[] first = ARRAY.toBytes();
        for (int version = 2; version <= 3; version++) {
            byte[] second = new byte[first.length + 2];
            System.arraycopy(first, 0, second, 0, 10);
            System.arraycopy(first, 10, second, 12, first.length - 10);
            second[6] = (byte) version;
            assertThat(Npy.parse("v", second).data()).isEqualTo(ARRAY.data());
        }
        for (int version : new int[] {0, 4}) {
            byte[] other = first.clone();
            other[6] = (byte) version;
            assertThatThrownBy(() -> Npy.parse("v", other))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("version " + version);
        }
        for (int length = 0; length < 12; length++) {
            byte[] cut = Arrays.copyOf(first, length);
            assertThatThrownBy(() -> Npy.parse("cut", cut)).isInstanceOf(BadInputException.class);
        }
        assertThat(Npy.read(Files.write(folder.resolve("a.npy"), first)).shape())
                .containsExactly(2, 3);
    }
}
