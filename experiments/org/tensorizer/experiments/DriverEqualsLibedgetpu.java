package org.tensorizer.experiments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.record.ReplayDevice;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;

/*
 * Two drivers, one chip. They cannot have it at the same time, so this takes two runs. The first asks through libedgetpu
 * and leaves its evidence record; it gives no verdict. The second asks the same through Tensorizer's own driver and
 * compares, byte for byte:
 *
 *     mvn test -Dexperiment=DriverEqualsLibedgetpu -Dtensorizer.device=coral
 *     mvn test -Dexperiment=DriverEqualsLibedgetpu -Dtensorizer.device=usb -Dtensorizer.reference=target/records/FILE.jsonl
 *
 * The models are patched with fixed weights, since the record knows models by their bytes.
 */
@Hypothesis(
        value = "Through Tensorizer's own driver the device answers as it does through libedgetpu",
        refutedBy = "One byte of one output that differs between the two",
        source = "The driver's events equal those of the real library in its traces, event by event",
        theme = Hypothesis.Theme.TOKENS,
        onSilicon = "never observed; the fifth thing to do on a Coral")
class DriverEqualsLibedgetpu {
    /** Record of the run through libedgetpu. */
    static final Setting REFERENCE = new Setting("tensorizer.reference");

    private static final int INPUTS = 20;

    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.shownBy(
                "DriverEqualsLibedgetpuTest#oneByteThatDiffersRefutes", "a driver that changes one byte of an answer"));
    }

    @EveryTemplate
    void bothGiveTheSameBytes(DenseTemplate template, Bench bench, Evidence evidence) {
        DenseTemplate patched = template.patched(Patch.of(Region.weights(), Pattern.random(20)));
        List<byte[]> inputs = new ArrayList<>();
        for (int seed = 0; seed < INPUTS; seed++) {
            inputs.add(Inputs.of(patched).random(seed));
        }

        List<byte[]> answers = bench.run(patched, inputs);

        Optional<Path> record = REFERENCE.value().map(InputFile::path);
        Assumptions.assumeTrue(
                record.isPresent(),
                "the answers are in the record of this run: compare another driver's with them by " + REFERENCE
                        + "=FILE");
        try (Device reference = ReplayDevice.open(record.get());
                Session session = reference.open(patched.model())) {
            evidence.fact("compared with", reference.name());
            for (int i = 0; i < INPUTS; i++) {
                evidence.expectSame("input " + i, patched, session.run(inputs.get(i)), answers.get(i));
            }
        }
    }
}
