package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.recovery.Recovery.RecoveryListener;

/** Nothing measured is lost: runs that end early go on where they ended. */
class ResumeTest {
    @TempDir
    Path folder;

    private Path record;
    private FakeChip chip;

    @BeforeEach
    void chip() {
        record = folder.resolve("answers");
        chip = FakeChip.tiled(64, 128, 64, 4, 0).identity();
    }

    private RecoveredLayout run() {
        return Recovery.of(chip).recordingTo(record).run();
    }

    @Test
    void aDeviceThatDiesLosesNothing() {
        chip.dieAt(150);
        assertThatThrownBy(this::run)
                .isInstanceOfSatisfying(
                        DeviceFault.class, fault -> assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.CRASHED));
        assertThat(chip.openSessions).isZero();

        chip.damage = (number, answer) -> {};
        chip.answers = 0;
        RecoveredLayout layout = run();
        assertThat(layout.isComplete()).isTrue();
        assertThat(layout.budget().recorded()).isEqualTo(150);
        assertThat(chip.answers).isEqualTo(layout.budget().used() - 150);
    }

    @Test
    void aFinishedRunIsReadBackWithoutTheDevice() {
        RecoveredLayout first = run();
        chip.opened = 0;
        RecoveredLayout second = run();
        assertThat(chip.opened).isZero();
        assertThat(second.budget().recorded()).isEqualTo(second.budget().used());
        assertThat(second.weights()).isEqualTo(first.weights());
        assertThat(second.formula()).isEqualTo(first.formula());
    }

    @Test
    void repetitionsAreRecordedApart() {
        chip.damage = (number, answer) -> {
            if (number == 100) {
                answer[3] ^= 0x40;
            }
        };
        RecoveredLayout first = run();
        assertThat(first.budget().contradictions()).isEqualTo(1);
        RecoveredLayout second = run();
        assertThat(second.budget().contradictions()).isEqualTo(1);
        assertThat(second.budget().recorded()).isEqualTo(first.budget().used());
    }

    @Test
    void aRecordCutAnywhereIsStillOfUse() throws IOException {
        run();
        byte[] whole = Files.readAllBytes(record);
        for (int cut : new int[] {0, 5, 39, 40, 41, 63, 64, 170, 5000, whole.length - 1}) {
            Files.write(record, Arrays.copyOf(whole, cut));
            assertThat(run().isComplete()).as("cut at byte %d", cut).isTrue();
            assertThat(Files.readAllBytes(record)).as("cut at byte %d", cut).isEqualTo(whole);
        }
        byte[] damaged = whole.clone();
        damaged[4000] ^= 1;
        Files.write(record, damaged);
        assertThat(run().budget().recorded()).isBetween(10, 60);
        assertThat(Files.readAllBytes(record)).isEqualTo(whole);
    }

    @Test
    void answersOfAnotherTemplateAreRefused() {
        run();
        chip.original[77] ^= 1;
        assertThatThrownBy(this::run)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("answers")
                .hasMessageContaining("another template or another device");
    }

    @Test
    void aFileThatIsNoRecordIsLeftAlone() throws IOException {
        for (String text : List.of("x", "something of value that is not ours, longer than a head is")) {
            Files.writeString(record, text);
            assertThatThrownBy(this::run)
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("not a record of answers");
            assertThat(record).hasContent(text);
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsBadInput() {
        record = folder.resolve("nowhere").resolve("answers");
        assertThatThrownBy(this::run).isInstanceOf(BadInputException.class).hasMessageContaining(record.toString());
        record = folder;
        assertThatThrownBy(this::run).isInstanceOf(BadInputException.class);
    }

    @Test
    void progressTellsHowFarItIs() {
        chip.dieAt(100);
        assertThatThrownBy(this::run).isInstanceOf(DeviceFault.class);
        chip.damage = (number, answer) -> {};
        List<RecoveryListener.Progress> heard = new ArrayList<>();
        RecoveredLayout layout =
                Recovery.of(chip).recordingTo(record).reportingTo(heard::add).run();
        assertThat(heard).hasSize(layout.budget().used());
        assertThat(heard.get(99).recorded()).isEqualTo(100);
        assertThat(heard.get(99).secondsLeft()).isNegative();
        RecoveryListener.Progress last = heard.get(heard.size() - 1);
        assertThat(last.answers()).isEqualTo(layout.budget().used());
        assertThat(last.recorded()).isEqualTo(100);
        assertThat(last.perSecond()).isPositive();
        assertThat(last.secondsLeft()).isNotNegative();
        assertThat(heard.stream().map(RecoveryListener.Progress::phase).distinct())
                .contains("header search", "calibration", "weights", "verification");
        assertThat(heard).allMatch(progress -> progress.answers() <= progress.expected());
    }
}
