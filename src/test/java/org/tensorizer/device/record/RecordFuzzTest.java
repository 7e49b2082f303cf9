package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.model.BadInputException;

/** Evidence records in which a value, a name or a bracket is another: read, replayed, or refused by line and field. */
class RecordFuzzTest {
    private static final Pattern TOKEN =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|[\\[\\]{}:,\\n]|[a-z]+");
    private static final List<String> OTHERS = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e999",
            "2147483648",
            "9223372036854775808",
            "\"\"",
            "\"a\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "[]",
            "{}",
            "[[[]]]",
            "{\"a\":{}}",
            "\"usb:0\"",
            "\"silicon\"",
            "\"inputs\"",
            "\"event\"",
            "\"open\"",
            "\"run\"",
            "\"2026-01-31T12:00:00Z\"",
            "\"-999999999-01-01T00:00:00Z\"",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\n");

    @TempDir
    private Path folder;

    @Test
    void damagedRecordsAreReadOrRefused(TestReporter reporter) throws IOException {
        Path file = folder.resolve("sound.jsonl");
        try (Device device = RecordingDevice.of(new StubDevice("usb:0", Provenance.DOUBLE), file);
                Session session = device.open("m", new byte[] {1, 2, 3})) {
            session.run(new byte[] {1, 2, 3, 4});
            session.run(new byte[] {5, 6, 7, 8});
        }
        List<String> tokens = TOKEN.matcher(Files.readString(file))
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(String.join("", tokens)).as("nothing between the tokens").isEqualTo(Files.readString(file));
        new Fuzz(2, BadInputException.class, 1 << 21, 64)
                .run(List.of(new Target("record", random -> damage(tokens, random), this::read)), reporter);
    }

    private void read(String name, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve(name), bytes);
        RecordSummary.of(file).toJson();
        ReplayDevice.open(file);
    }

    private static byte[] damage(List<String> sound, Random random) {
        List<String> tokens = new ArrayList<>(sound);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(tokens.size());
            switch (random.nextInt(5)) {
                case 0 -> tokens.remove(at);
                case 1 -> tokens.add(at, tokens.get(random.nextInt(tokens.size())));
                case 2 -> tokens.set(at, tokens.get(random.nextInt(tokens.size())));
                default -> tokens.set(at, OTHERS.get(random.nextInt(OTHERS.size())));
            }
        }
        byte[] bytes = String.join("", tokens).getBytes(StandardCharsets.UTF_8);
        return random.nextInt(16) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    /** A megabyte of one thing; digits alone took the JSON parser 44 s. The limit only ends a hang. */
    @ParameterizedTest
    @ValueSource(strings = {"9", "-", "[", "{\"a\":", "[],", "{},", "\"", "\\\"", "1e9", "\\u0000"})
    void aMegabyteOfAnything(String unit) throws IOException {
        String much = unit.repeat((1 << 20) / unit.length());
        for (String before : List.of("", "{\"format\":", "{\"event\":[", "{\"a\":\"", "{\"a\":\"\\\\\",\"b\":")) {
            Path file = Files.writeString(folder.resolve("much.jsonl"), before + much + "\n");
            assertTimeoutPreemptively(
                    Duration.ofSeconds(60),
                    () -> assertThatThrownBy(() -> RecordReader.read(file, line -> {}))
                            .isInstanceOf(RecordFormatException.class)
                            .hasMessageContaining("line 1"));
        }
    }
}
