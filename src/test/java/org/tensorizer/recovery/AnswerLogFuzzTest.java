package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;

/** Records of answers with other numbers in them: read as far as they are sound, then written on. */
class AnswerLogFuzzTest {
    private static final byte[] IDENTITY = new byte[32];
    private static final AnswerLog.Key NEXT = new AnswerLog.Key(77, 77, 77);

    @TempDir
    private Path folder;

    @Test
    void damagedRecordsAreReadAsFarAsTheyAreSound(TestReporter reporter) throws IOException {
        Path file = folder.resolve("answers.log");
        try (AnswerLog log = AnswerLog.open(file, IDENTITY)) {
            for (int i = 0; i < 40; i++) {
                log.add(new AnswerLog.Key(i, i / 2, i % 2), new byte[i]);
            }
        }
        byte[] sound = Files.readAllBytes(file);
        Fuzz.ofReader(1, BadInputException.class)
                .run(List.of(new Target("answers", sound, AnswerLogFuzzTest::damage, this::read)), reporter);
    }

    private void read(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, bytes);
        try (AnswerLog log = AnswerLog.open(file, IDENTITY)) {
            log.add(NEXT, new byte[] {1, 2});
        } catch (BadInputException e) {
            assertThat(file).as("a file that is refused stays as it is").hasBinaryContent(bytes);
            throw e;
        }
        try (AnswerLog log = AnswerLog.open(file, IDENTITY)) {
            assertThat(log.get(NEXT)).containsExactly(1, 2);
        }
    }

    private static byte[] damage(byte[] from, Random random) {
        byte[] bytes = from.length < 80 ? Arrays.copyOf(from, 80) : from.clone();
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = random.nextInt(random.nextInt(3) == 0 ? 48 : bytes.length - 8);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] = (byte) random.nextInt();
            case 1 -> words.putInt(at, random.nextBoolean() ? Integer.MAX_VALUE : -random.nextInt(3));
            case 2 -> words.putInt(40 + 20, random.nextInt(1 << 25)); // the length of the first answer
            default -> {
                return Arrays.copyOf(bytes, at);
            }
        }
        return bytes;
    }
}
