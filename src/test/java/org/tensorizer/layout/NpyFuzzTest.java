package org.tensorizer.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;

/** NPY files whose header, a piece of Python, says something else than the truth. */
class NpyFuzzTest {
    private static final List<String> WORDS = List.of(
            "'descr'",
            "'fortran_order'",
            "'shape'",
            "'|u1'",
            "'<f8'",
            "'>i4'",
            "'O'",
            "True",
            "False",
            "(",
            ")",
            ",",
            ":",
            "{",
            "}",
            " ",
            "0",
            "1",
            "3",
            "999999999",
            "4294967296",
            "-1",
            "9e9",
            "\0",
            "'",
            "\"",
            "\n",
            "()",
            "(2, 3)",
            "(65536, 65536)",
            "\u0663");

    @Test
    void damagedArraysEndInTheirOwnException(TestReporter reporter) {
        new Fuzz(1, NpyFormatException.class, 1 << 20, 64)
                .run(
                        List.of(
                                new Target("npy", NpyFuzzTest::headerOfWords, NpyFuzzTest::read),
                                new Target("npy-bytes", NpyFuzzTest::damagedBytes, NpyFuzzTest::read)),
                        reporter);
    }

    private static void read(String name, byte[] bytes) {
        Npy array = Npy.parse(name, bytes);
        assertThat(Npy.parse(name, array.toBytes()).data()).isEqualTo(array.data());
    }

    private static byte[] sound() {
        return new Npy(Npy.Type.UINT8, List.of(2, 3), new byte[] {1, 2, 3, 4, 5, 6}).toBytes();
    }

    /** A sound header with words exchanged, or nothing but words. */
    private static byte[] headerOfWords(Random random) {
        StringBuilder header = new StringBuilder(
                random.nextBoolean() ? "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }" : "");
        for (int i = random.nextInt(6); i >= 0; i--) {
            String word = WORDS.get(random.nextInt(WORDS.size()));
            int at = random.nextInt(header.length() + 1);
            header.replace(at, Math.min(header.length(), at + random.nextInt(word.length() + 1)), word);
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        byte[] file = new byte[10 + text.length + 6];
        System.arraycopy(sound(), 0, file, 0, 10);
        file[8] = (byte) (random.nextInt(16) == 0 ? random.nextInt() : text.length);
        file[9] = (byte) (random.nextInt(16) == 0 ? random.nextInt() : text.length >> 8);
        System.arraycopy(text, 0, file, 10, text.length);
        return file;
    }

    private static byte[] damagedBytes(Random random) {
        byte[] file = sound();
        IntStream.range(0, 1 + random.nextInt(3)).forEach(i -> file[random.nextInt(90)] = (byte) random.nextInt());
        return file;
    }
}
