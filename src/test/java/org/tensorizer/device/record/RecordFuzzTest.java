package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Words;

/** Evidence records in which a value, a name or a bracket is another: read, replayed, or refused by line and field. */
class RecordFuzzTest {
    private static final String WORD = "\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|[a-z]+";
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
                Session session = device.open(StubDevice.model("m", new byte[] {1, 2, 3}))) {
            session.run(new byte[] {1, 2, 3, 4});
            session.run(new byte[] {5, 6, 7, 8});
        }
        Fuzz.ofReader(1, BadInputException.class)
                .run(
                        List.of(new Target("record", Files.readAllBytes(file), new Words(WORD, OTHERS), this::read)),
                        reporter);
    }

    private void read(String name, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve(name), bytes);
        RecordSummary.of(file).toJson();
        ReplayDevice.open(file);
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
                            .isInstanceOf(BadInputException.class)
                            .hasMessageContaining("line 1"));
        }
    }
}
