package org.tensorizer.device.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;
import org.tensorizer.device.compare.CompareDevice.ComparisonReport;
import org.tensorizer.model.TfliteModel;

class CompareDeviceTest {
    private static final byte[] MODEL = {9, 9, 9};

    @TempDir
    Path folder;

    private final StubDevice coral = new StubDevice("usb:0", Provenance.SILICON);

    /** Off by one in output 1 and by -5 in output 2 whenever the input begins with 7. */
    private static final class Rounding extends StubDevice {
        Rounding() {
            super("emulator", Provenance.EMULATED);
        }

        @Override
        public byte[] answer(byte[] model, byte[] input) {
            byte[] answer = super.answer(model, input);
            if (input[0] == 7) {
                answer[1] = (byte) (answer[1] == 127 ? 126 : answer[1] + 1);
                answer[2] = (byte) (answer[2] < -100 ? answer[2] + 5 : answer[2] - 5);
            }
            return answer;
        }
    }

    @Test
    void answersAreThoseOfTheFirstAndDifferencesAreCounted() {
        CompareDevice device = CompareDevice.of(coral, new Rounding());
        assertThat(device.name()).isEqualTo("usb:0");
        assertThat(device.provenance()).isEqualTo(Provenance.SILICON);
        byte[] input = {7, 1, 2, 3};
        try (Session session = device.open(StubDevice.model("m.tflite", MODEL))) {
            session.run(new byte[] {1, 2, 3, 4});
            assertThat(device.report().agrees()).isTrue();
            assertThat(session.run(input)).isEqualTo(coral.answer(MODEL, input));
            session.run(new byte[] {7, 7, 7, 7});
        }
        ComparisonReport report = device.report();
        assertThat(report.agrees()).isFalse();
        assertThat(report.inferences()).isEqualTo(3);
        assertThat(report.differingInferences()).isEqualTo(2);
        assertThat(report.total().values()).isEqualTo(12);
        assertThat(report.total().differing()).isEqualTo(4);
        assertThat(report.total().beyondOne()).isEqualTo(2);
        assertThat(report.total().largest()).isEqualTo(5);
        assertThat(report.notCompared()).isZero();
        Disagreement first = report.firstDisagreement().orElseThrow();
        assertThat(first.inputs().get(0)).isEqualTo(input);
        assertThat(first.element()).isEqualTo(1);
        assertThat(report.sentence())
                .startsWith("usb:0 (silicon) against emulator: 2 of 3 inferences differ, 4 of 12")
                .contains("largest difference 5, 2 by more than 1", "First: m.tflite, output 0[1]: ");
        assertThat(report.total().differing()).isEqualTo(4);
    }

    @Test
    void theFirstDisagreementIsKeptAsFiles() throws Exception {
        CompareDevice device = CompareDevice.of(coral, new Rounding());
        TfliteModel model = StubDevice.model("m.tflite", MODEL);
        try (Session session = device.open(model)) {
            session.run(new byte[] {7, 1, 2, 3});
        }
        Path kept = folder.resolve("kept");
        Disagreement first = device.report().firstDisagreement().orElseThrow();
        first.writeTo(kept);
        assertThat(kept.resolve("model.tflite")).hasBinaryContent(model.copy());
        assertThat(kept.resolve("input-0.bin")).hasBinaryContent(new byte[] {7, 1, 2, 3});
        byte[] one = Files.readAllBytes(kept.resolve("first-0.bin"));
        byte[] two = Files.readAllBytes(kept.resolve("second-0.bin"));
        assertThat(one[0]).isEqualTo(two[0]);
        assertThat(one[1]).isNotEqualTo(two[1]);
        assertThat(kept.resolve("disagreement.json")).content().contains("\"first\":\"usb:0\"", "\"element\":1");
        assertThatThrownBy(() -> first.writeTo(kept))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("exists already");
    }

    @Test
    void troubleOnTheSecondNeverDisturbsTheRun() {
        StubDevice troubled = new StubDevice("emulator", Provenance.EMULATED) {
            @Override
            public Session open(TfliteModel model) {
                if (content(model)[0] == 1) {
                    throw new BadInputException("no Dense program");
                }
                return super.open(model);
            }

            @Override
            public byte[] answer(byte[] model, byte[] input) {
                if (input[0] == 1) {
                    throw new DeviceFault(DeviceFault.Kind.CRASHED, "emulator", "gone");
                }
                return input[0] == 2 ? new byte[3] : super.answer(model, input);
            }
        };
        CompareDevice device = CompareDevice.of(coral, troubled);
        try (Session refused = device.open(StubDevice.model("r", new byte[] {1}));
                Session taken = device.open(StubDevice.model("m", MODEL))) {
            refused.run(new byte[4]);
            refused.run(new byte[4]);
            taken.run(new byte[] {1, 0, 0, 0});
            taken.run(new byte[] {2, 0, 0, 0});
            taken.run(new byte[] {3, 0, 0, 0});
        }
        ComparisonReport report = device.report();
        assertThat(report.inferences()).isEqualTo(1);
        assertThat(report.notCompared()).isEqualTo(4);
        assertThat(report.reasons())
                .containsOnlyKeys(
                        "no Dense program", "emulator: gone", "m: outputs of [4] bytes on usb:0, [3] on emulator");
        assertThat(report.agrees()).as("what was not compared does not agree").isFalse();
        assertThat(report.sentence()).contains("Not compared: 4 inferences", "no Dense program");
    }

    @Test
    void troubleOnTheFirstIsTheRuns() {
        CompareDevice device = CompareDevice.of(coral, new Rounding());
        assertThatThrownBy(() -> device.open(StubDevice.model("m", new byte[] {'C'})))
                .isInstanceOf(DeviceFault.class);
        try (Session session = device.open(StubDevice.model("m", MODEL))) {
            assertThatThrownBy(() -> session.run(new byte[] {'H', 0, 0, 0})).isInstanceOf(DeviceFault.class);
        }
        assertThat(device.report().inferences()).isZero();
    }

    @Test
    void closesBoth() {
        StubDevice second = new Rounding();
        try (Device device = CompareDevice.of(coral, second)) {
            assertThat(device.name()).isEqualTo("usb:0");
        }
        assertThat(List.of(coral.closed(), second.closed())).containsExactly(true, true);
    }
}
