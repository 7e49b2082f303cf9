package org.tensorizer.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;
import org.tensorizer.fuzz.Words;

/** NPY files whose header, a piece of Python, says something else than the truth. */
class NpyFuzzTest {
    private static final ByteRange HEADER = new ByteRange(10, 128);
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
        byte[] sound = new Npy(Npy.Type.UINT8, List.of(2, 3), new byte[] {1, 2, 3, 4, 5, 6}).toBytes();
        byte[] much = new Npy(Npy.Type.INT32, List.of(1 << 18), new byte[1 << 20]).toBytes();
        Words words = new Words("'[^']*'|[0-9]+", WORDS);
        Fuzz.ofReader(1, BadInputException.class)
                .run(
                        List.of(
                                new Target(
                                        "npy",
                                        sound,
                                        (b, random) -> headerOfWords(b, words, random),
                                        NpyFuzzTest::read),
                                new Target("npy-bytes", sound, Mutator.sparing(sound, List.of()), NpyFuzzTest::read),
                                new Target("npy-megabyte", much, Mutator.within(HEADER, List.of()), NpyFuzzTest::read)),
                        reporter);
    }

    private static void read(String name, byte[] bytes) {
        Npy array = Npy.parse(name, bytes);
        assertThat(Npy.parse(name, array.toBytes()).data()).isEqualTo(array.data());
    }

    /** Words exchanged in the header, whose length then says what it is, mostly. */
    private static byte[] headerOfWords(byte[] file, Words words, Random random) {
        int start = Math.min(HEADER.start(), file.length);
        byte[] header = words.of(Arrays.copyOfRange(file, start, Math.min(HEADER.end(), file.length)), random);
        byte[] data = Arrays.copyOfRange(file, Math.min(HEADER.end(), file.length), file.length);
        ByteBuffer damaged = ByteBuffer.allocate(start + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(file, 0, start)
                .put(header)
                .put(data);
        if (start == HEADER.start() && random.nextInt(8) != 0) {
            damaged.putShort(8, (short) header.length);
        }
        return damaged.array();
    }
}
