package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.patch.TokenPolicy;
import org.tensorizer.template.DenseTemplate;

/** Patches with fresh tokens, recorded on the emulator and asked for again from the record. */
class ReplayedExperimentTest {
    private static final Path TEMPLATE = Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite");

    @TempDir
    Path folder;

    @Test
    void freshTokensDoNotChangeTheQuestion() {
        DenseTemplate template = DenseTemplate.of(TfliteModel.read(TEMPLATE));
        byte[] one = template.patch(Patch.of(Region.row(3), Pattern.zero())).bytes();
        byte[] again = template.patch(Patch.of(Region.row(3), Pattern.zero())).bytes();
        byte[] other = template.patch(Patch.of(Region.row(4), Pattern.zero())).bytes();
        ModelFingerprint a = ModelFingerprint.of(TfliteModel.parse("m", one));
        ModelFingerprint b = ModelFingerprint.of(TfliteModel.parse("m", again));
        ModelFingerprint c = ModelFingerprint.of(TfliteModel.parse("m", other));
        assertThat(a.sha256()).isNotEqualTo(b.sha256());
        assertThat(a.tokens()).hasSize(2).doesNotContainAnyElementsOf(b.tokens());
        assertThat(a.questionSha256()).isEqualTo(b.questionSha256()).isNotEqualTo(c.questionSha256());
        assertThat(a.payloadSha256()).hasSize(1).isEqualTo(b.payloadSha256()).isNotEqualTo(c.payloadSha256());
    }

    @Test
    void theRecordAnswersTheExperimentAsTheDeviceDid() {
        Path file = folder.resolve("emulator.jsonl");
        List<byte[]> seen;
        try (Device device = RecordingDevice.of(new EmulatorDevice(), file)) {
            seen = experiment(device);
        }
        try (Device replay = ReplayDevice.open(file)) {
            assertThat(experiment(replay))
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(seen);
        }
        RecordSummary summary = RecordSummary.of(file);
        assertThat(summary.models()).singleElement().satisfies(model -> {
            assertThat(model.variants()).isEqualTo(3);
            assertThat(model.tokens()).isEqualTo(3);
        });
    }

    private static List<byte[]> experiment(Device device) {
        DenseTemplate template = DenseTemplate.of(TfliteModel.read(TEMPLATE));
        List<byte[]> answers = new ArrayList<>();
        for (int row : new int[] {0, 100, 255}) {
            try (Session session = device.open(
                    template.name(),
                    template.patch(Patch.of(Region.row(row), Pattern.zero())).bytes())) {
                byte[] input = new byte[256];
                for (int i = 0; i < 256; i++) {
                    input[i] = (byte) (i - 128);
                }
                answers.add(session.run(input));
                input[row] = 55;
                answers.add(session.run(input));
            }
        }
        return answers;
    }

    /** A, B, A under one token: on a chip that caches, the second A answers as B. The record keeps both of A's answers. */
    @Test
    void theTokenTrapIsReplayed() {
        Path file = folder.resolve("trap.jsonl");
        List<byte[]> seen;
        try (Device device = RecordingDevice.of(Devices.open(DeviceChoice.EMULATOR), file)) {
            seen = trap(device.allowingTokenReuse());
        }
        assertThat(seen.get(2)).isEqualTo(seen.get(1)).isNotEqualTo(seen.get(0));
        try (Device replay = ReplayDevice.open(file)) {
            assertThat(trap(replay.allowingTokenReuse()))
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(seen);
        }
        assertThat(RecordSummary.of(file).runs()).isEqualTo(3);
    }

    private static List<byte[]> trap(Device device) {
        DenseTemplate template = DenseTemplate.of(TfliteModel.read(TEMPLATE));
        byte[] input = new byte[256];
        Arrays.fill(input, (byte) 100);
        byte[] b = template.patch(Patch.of(Region.payload(), Pattern.zero()).withToken(TokenPolicy.KEEP))
                .bytes();
        try (Session one = device.open("A", template.model().copy());
                Session two = device.open("B", b)) {
            return List.of(one.run(input), two.run(input), one.run(input));
        }
    }
}
