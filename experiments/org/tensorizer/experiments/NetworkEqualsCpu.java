package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.emulator.ChipParameters.NetworkFault;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;

/*
 * A whole network before and after compilation: TFLite's kernels run the source, the device runs the compiled model, on the
 * same random inputs. TFLite requantizes in fixed point, the chip in float32; where they round apart in one layer, later
 * layers carry it on. So small networks must agree within one step, and deep ones on the average within two; how many
 * values differ, and by how much, is the finding.
 *
 * The control is that outputs are not all equal: a network that gives one number would agree for the wrong reason.
 *
 * Besides networks of our own it takes every compiled model of the run that has its source beside it, NAME.tflite for
 * NAME_edgetpu.tflite.
 *
 * Alone: mvn test -Dexperiment=NetworkEqualsCpu -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "A compiled network gives what TFLite's kernels give on its source, but for rounding",
        refutedBy =
                "A small network with an output that is off by two, or a real one that is off by more than two steps on"
                        + " the average",
        source =
                "Derived from the arithmetic; measured on the emulator: mobilenet 1.0 differs in a quarter of its 1,024"
                        + " features, by 2 or 3 on the average of those",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "not tried")
class NetworkEqualsCpu {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(chip -> chip.withNetwork(NetworkFault.EAST_REVERSED)),
                Counterexample.chip(chip -> chip.withNetwork(NetworkFault.OTHER_PADDING)),
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withReversedLanes(true)));
    }

    private static final int INPUTS = 5;
    private static final double MOST_ON_AVERAGE = 2;
    private static final Set<String> BYTES = Set.of("INT8", "UINT8");

    static List<SmallNetwork> networks() {
        return List.of(
                SmallNetwork.convolution(1, false),
                SmallNetwork.convolution(2, true),
                SmallNetwork.classifier(3),
                SmallNetwork.classifier(4));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void smallNetworks(SmallNetwork network, Bench bench, Evidence evidence) {
        Differences found = compare(network.compiled(), network.source(), bench, evidence);
        if (found.largest > 1) {
            throw new AssertionError("an output is off by " + found.largest);
        }
    }

    @EveryTemplate
    void realNetworks(TfliteModel model, Bench bench, Evidence evidence) {
        Path beside = Path.of(model.name().replaceFirst("_edgetpu\\.tflite$", ".tflite"));
        assumeTrue(!beside.toString().equals(model.name()) && Files.exists(beside), "needs the source model beside it");
        boolean ownDriver = !bench.device().goesByTokens();
        assumeTrue(
                !ownDriver
                        || model.packages().stream()
                                .flatMap(each -> each.executables().stream())
                                .allMatch(each -> each.hints().fullyDeterministic()),
                "Tensorizer's own driver runs programs whose DMA hints are all there is");
        Differences found = compare(model, TfliteModel.read(beside), bench, evidence);
        if (found.sum > MOST_ON_AVERAGE * found.values) {
            throw new AssertionError("outputs are off by more than two steps on the average");
        }
    }

    private static Differences compare(TfliteModel compiled, TfliteModel source, Bench bench, Evidence evidence) {
        Differences differences = new Differences();
        Random random = new Random(1);
        try (CpuDevice device = new CpuDevice();
                Session cpu = open(device, source);
                Session session = bench.device().open(compiled)) {
            for (TensorSpec output : session.outputs()) {
                assumeTrue(BYTES.contains(output.type()), "compares 8-bit outputs, this one is " + output.type());
            }
            for (int i = 0; i < INPUTS; i++) {
                List<byte[]> input = new ArrayList<>();
                for (TensorSpec spec : session.inputs()) {
                    byte[] bytes = new byte[spec.byteSize()];
                    random.nextBytes(bytes);
                    input.add(bytes);
                }
                List<byte[]> expected = cpu.run(input);
                List<byte[]> found = session.run(input);
                for (int k = 0; k < found.size(); k++) {
                    differences.add(
                            expected.get(k),
                            found.get(k),
                            session.outputs().get(k).type().equals("INT8"));
                }
            }
        }
        evidence.fact("values compared", differences.values);
        evidence.fact("values that differ", differences.differing);
        evidence.fact("largest difference", differences.largest);
        return differences;
    }

    private static Session open(CpuDevice device, TfliteModel source) {
        try {
            return device.open(source);
        } catch (BadInputException e) {
            return abort("TFLite's kernels do not run the source: " + e.getMessage());
        }
    }

    private static final class Differences {
        private long values;
        private long differing;
        private long sum;
        private int largest;

        void add(byte[] expected, byte[] found, boolean signed) {
            for (int i = 0; i < found.length; i++) {
                int a = signed ? expected[i] : expected[i] & 0xff;
                int b = signed ? found[i] : found[i] & 0xff;
                int difference = Math.abs(a - b);
                differing += difference == 0 ? 0 : 1;
                sum += difference;
                largest = Math.max(largest, difference);
            }
            values += found.length;
        }
    }
}
