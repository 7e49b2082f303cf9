package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.InputFile;
import org.tensorizer.device.Session;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.device.record.RecordingDevice;

class BenchCommandTest {
    @TempDir
    private Path folder;

    @Test
    void oneModelGivesTimingsAndAResultLine() {
        Shell shell = Shell.run("bench", Shell.IDENTITY, 5, 1, "--device", "emulator");

        assertThat(shell.err()).isEmpty();
        assertThat(shell.out()).contains("says nothing about the latency of silicon");
        assertThat(shell.out().lines().reduce((a, b) -> b).orElseThrow())
                .startsWith("RESULT model=dense_256_int8_identity_edgetpu.tflite device=emulator")
                .contains("runs=5")
                .contains("p95_us=");
    }

    @Test
    void twoModelsGiveTheRatioWithItsInterval() {
        JsonObject facts = Shell.run(
                        "bench", Shell.IDENTITY, 20, 2, "--against", Shell.IDENTITY, "--device", "emulator", "--json")
                .json();

        double low = facts.getArray("ratio_95_percent_interval").getDouble(0);
        double high = facts.getArray("ratio_95_percent_interval").getDouble(1);
        assertThat(facts.getDouble("ratio_of_medians")).isBetween(low, high);
    }

    @Test
    void doctorChecksTheTemplateAndNamesWhatIsMissing() {
        Shell emulator = Shell.run("doctor", "--device", "emulator", Shell.IDENTITY);
        assertThat(emulator.status()).isZero();
        assertThat(emulator.out()).contains("TFLite").contains("template");

        JsonObject report = Shell.run("doctor", "--device", "emulator", "--json", folder.resolve("none"))
                .json();
        assertThat(report.getInt("exit_status")).isEqualTo(1);
        assertThat(report.getArray("findings").toString()).contains("no such file");
    }

    @Test
    void aRecordIsShownWithTheCommandThatJudgesItAgain() {
        Path record = folder.resolve("run.jsonl");
        try (var device = RecordingDevice.of(Devices.open(DeviceChoice.EMULATOR), record);
                Session session = device.open("identity", InputFile.read(Shell.IDENTITY))) {
            session.run(new byte[256]);
        }

        Shell shell = Shell.run("replay", record);
        assertThat(shell.status()).isZero();
        assertThat(shell.out()).contains("emulated").contains("mvn test -Dtensorizer.device=replay:" + record);
    }
}
