package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;

class RecordReaderTest {
    @TempDir
    Path folder;

    private Path file;
    private String text;

    @BeforeEach
    void record() throws IOException {
        file = folder.resolve("r.jsonl");
        StubDevice stub = new StubDevice("usb \"0\"\n", Provenance.DOUBLE);
        try (Device device = RecordingDevice.of(stub, file, Map.of("Revision", "abc"));
                Session session = device.open(StubDevice.model("a/b \\ \u00e4.tflite", new byte[] {1, 2, 3}))) {
            session.run(new byte[] {1, 2, 3, 4});
            session.run(new byte[] {-1, -2, -3, -4});
        }
        text = Files.readString(file);
    }

    @Test
    void readsWhatWasWritten() {
        List<RecordLine> lines = new ArrayList<>();
        RecordReader.Extent extent = RecordReader.read(file, lines::add);
        assertThat(extent).isEqualTo(new RecordReader.Extent(5, false));
        RecordLine.Header header = (RecordLine.Header) lines.get(0);
        assertThat(header.facts()).containsEntry("Revision", "abc");
        assertThat(header.origin()).isEqualTo(new RecordLine.Origin("usb \"0\"\n", Provenance.DOUBLE));
        RecordLine.Open open = (RecordLine.Open) lines.get(1);
        assertThat(open.asked().model().name()).isEqualTo("a/b \\ \u00e4.tflite");
        assertThat(open.outputs().get(0).scale()).isEqualTo(0.30000001f);
        RecordLine.Run run = (RecordLine.Run) lines.get(3);
        assertThat(run.inputs().get(0)).containsExactly(-1, -2, -3, -4);
        assertThat(run.asked().session()).isEqualTo(open.asked().session());
        assertThat(run.asked().model()).isEqualTo(open.asked().model());
        assertThat(((RecordLine.End) lines.get(4)).runs()).isEqualTo(2);
    }

    @Test
    void summarizesWithTheCommandThatJudgesAgain() {
        RecordSummary summary = RecordSummary.of(file);
        assertThat(summary.runs()).isEqualTo(2);
        assertThat(summary.opens()).isEqualTo(1);
        assertThat(summary.ended()).isTrue();
        assertThat(summary.truncated()).isFalse();
        assertThat(summary.origins().get(0).runs()).isEqualTo(2);
        assertThat(summary.models().get(0).variants()).isEqualTo(1);
        assertThat(summary.last()).isAfterOrEqualTo(summary.started());
        assertThat(summary.replayCommand()).isEqualTo("mvn test -Dtensorizer.device=replay:" + file);
        assertThat(summary.toJson()).contains("\"runs\":2", "\"truncated\":false", "test double");
    }

    @Test
    void everyCutLosesAtMostTheLastLine() throws IOException {
        byte[] whole = text.getBytes(StandardCharsets.UTF_8);
        int headerEnd = text.indexOf('\n') + 1;
        for (int length = headerEnd; length < whole.length; length += 61) {
            Path cut = Files.write(folder.resolve("cut.jsonl"), Arrays.copyOf(whole, length));
            List<RecordLine> lines = new ArrayList<>();
            RecordReader.Extent extent = RecordReader.read(cut, lines::add);
            String kept = new String(whole, 0, length, StandardCharsets.ISO_8859_1);
            assertThat(extent.lines())
                    .isEqualTo(kept.chars().filter(c -> c == '\n').count());
            assertThat(extent.truncated()).isEqualTo(!kept.endsWith("\n"));
            assertThat(RecordSummary.of(cut).ended()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 | \"event\":\"run\" | \"event\":\"ran\" | field event",
                "3 | \"inputs\":[\" | \"inputs\":[\"A | inputs[0]",
                "3 | \"AQIDBA==\" | \"AQIDBQ==\" | bytes of SHA-256",
                "3 | \"session\":1 | \"session\":0 | field session: expected a whole number from 1",
                "3 | \"session\":1 | \"session\":\"1\" | field session",
                "3 | \"session\":1 | \"session\":1.5 | field session",
                "3 | \"provenance\":\"test double\" | \"provenance\":\"gold\" | field provenance: expected one of",
                "3 | \"model_sha256\":\" | \"model_sha256\":\"x | field model_sha256",
                "3 | \"nanos\": | \"nanoseconds\": | field nanos: expected a whole number",
                "3 | \"at\":\" | \"at\":\"x | field at: expected a time",
                "2 | \"shape\":[1,4] | \"shape\":[1,true] | inputs[0].shape[1]",
                "2 | \"zero_point\":-3 | \"zero_point\":99999999999 | inputs[0].zero_point",
                "3 | } | ] | expected a JSON object",
                "1 | tensorizer-record-1 | tensorizer-record-9 | field format: expected tensorizer-record-1",
                "1 | {\"format\" | {\"forma\" | field event",
            })
    void damageIsNamedByLineAndField(int line, String from, String to, String message) throws IOException {
        String[] lines = text.split("\n");
        assertThat(lines[line - 1]).contains(from);
        lines[line - 1] = lines[line - 1].replace(from, to);
        Files.writeString(file, String.join("\n", lines) + "\n");
        assertThatThrownBy(() -> RecordSummary.of(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("line " + line)
                .hasMessageContaining(message);
    }

    @Test
    void whatIsNoRecordIsRefused() throws IOException {
        assertRefused("", "line 1: the file is empty");
        assertRefused("{", "line 1: expected a header");
        assertRefused("\n", "line 1");
        assertRefused("[1]\n", "line 1");
        assertRefused("null\n", "line 1");
        assertRefused("[".repeat(200_000) + "\n", "line 1");
        assertRefused("{\"a\":".repeat(200_000) + "\n", "line 1");
        assertRefused(text.substring(text.indexOf('\n') + 1), "line 1: expected a header");
        assertRefused(text + "\n", "line 6");
        assertThatThrownBy(() -> RecordReader.read(file, 100, each -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("longer than 100 bytes");
        Files.write(file, new byte[] {'{', (byte) 0xff, '\n'});
        assertThatThrownBy(() -> RecordSummary.of(file)).hasMessageContaining("line 1: no UTF-8 text");
        assertThatThrownBy(() -> RecordSummary.of(folder)).hasMessageContaining("found a directory");
        assertThatThrownBy(() -> RecordSummary.of(folder.resolve("none")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
    }

    private void assertRefused(String content, String message) throws IOException {
        Files.writeString(file, content);
        assertThatThrownBy(() -> RecordSummary.of(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void linesLongerThanAChunkAreWhole() throws IOException {
        byte[] large = new byte[300_000];
        Arrays.fill(large, (byte) 77);
        try (Device device =
                        RecordingDevice.of(new StubDevice("usb:0", Provenance.DOUBLE), folder.resolve("large.jsonl"));
                Session session = device.open(StubDevice.model("m", new byte[] {1}))) {
            session.run(large);
        }
        List<RecordLine> lines = new ArrayList<>();
        assertThat(RecordReader.read(folder.resolve("large.jsonl"), lines::add).lines())
                .isEqualTo(4);
        assertThat(((RecordLine.Run) lines.get(2)).inputs().get(0)).isEqualTo(large);
    }

    /** A thousand damaged records: each is refused by name or read, nothing else happens. */
    @Test
    void damagedBytesAreRefusedOrRead() throws IOException {
        Random random = new Random(5);
        byte[] whole = text.getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] damaged = whole.clone();
            for (int k = random.nextInt(3); k >= 0; k--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(128);
            }
            Files.write(file, damaged);
            try {
                RecordReader.read(file, line -> {});
            } catch (BadInputException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 999);
    }

    @Test
    void isNeverOverwritten() {
        StubDevice stub = new StubDevice("usb:0", Provenance.DOUBLE);
        assertThatThrownBy(() -> RecordingDevice.of(stub, file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("exists already");
        assertThat(stub.closed()).isFalse();
        assertThat(RecordingDevice.freshFile(folder, "usb:0 (test)")
                        .getFileName()
                        .toString())
                .matches("usb-0-test-\\d{8}-\\d{6}-\\d+\\.jsonl");
    }

    /** A device may be called anything, as a path or by whoever wrote the record that is replayed. */
    @ParameterizedTest
    @ValueSource(
            strings = {"../../escaped", "/etc/passwd", "..", "replay:../other/x.jsonl", "a\\..\\b", ".hidden", "", "\n"
            })
    void isAlwaysInsideItsFolder(String device) {
        Path record = RecordingDevice.freshFile(folder, device);
        assertThat(record.getParent()).isEqualTo(folder);
        assertThat(record.normalize()).isEqualTo(record);
        assertThat(record.getFileName().toString())
                .matches("[A-Za-z0-9._-]+\\.jsonl")
                .doesNotStartWith(".");
    }
}
