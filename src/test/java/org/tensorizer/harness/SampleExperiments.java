package org.tensorizer.harness;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.DenseTemplate;

/** Experiments that end in each possible way, as specimens for the tests of harness and report. */
final class SampleExperiments {
    private static final Path MODEL = Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite");
    private static final byte[] RAMP = new byte[256];

    static {
        for (int i = 0; i < 256; i++) {
            RAMP[i] = (byte) (i - 128);
        }
    }

    private SampleExperiments() {}

    private static byte[] answer(Device device) {
        try (Session session = device.open(MODEL.toString(), Files.readAllBytes(MODEL))) {
            return session.run(RAMP);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Hypothesis(
            value = "The device echoes its input",
            refutedBy = "An output that differs",
            source = "made up, https://example.invalid/paper",
            theme = Hypothesis.Theme.ARITHMETIC)
    static class Supported {
        static List<Counterexample> counterexamples() {
            return List.of(Counterexample.device("answers 0", () -> new SampleDevice.Echo().open()));
        }

        @Test
        void echoesARamp(Device device, Evidence evidence) {
            evidence.fact("input", "ramp");
            evidence.expect("input ramp", RAMP, answer(device), true);
        }
    }

    @Hypothesis(value = "The device adds one to output 200", refutedBy = "Output 200 as it was", source = "made up")
    static class Refuted {
        @Test
        void addsOne(Device device, Evidence evidence) {
            byte[] expected = RAMP.clone();
            expected[200]++;
            evidence.expect("input ramp", expected, answer(device), true);
        }
    }

    @Hypothesis(value = "The device turns a ramp by one", refutedBy = "An output that does not", source = "made up")
    static class RefutedTemplate {
        @Test
        void echoesAShiftedRamp(Bench bench, Evidence evidence) {
            DenseTemplate shifted = DenseTemplate.of(TfliteModel.read(MODEL)).patched(Pattern.shift(1));
            evidence.expect("shift 1, input ramp", shifted, RAMP, bench.run(shifted, RAMP));
        }
    }

    @Hypothesis(value = "The device answers the same twice", refutedBy = "Nothing", source = "made up")
    static class Unstable {
        private int asked;

        @Test
        void answersInTwoWays(Device device, Evidence evidence) {
            evidence.expect("question", new int[] {0}, new int[] {asked++ == 0 ? 1 : 0});
        }
    }

    @Hypothesis(value = "The comparison works", refutedBy = "Nothing", source = "made up")
    static class Control {
        @Test
        void agreesWithItself(Device device, Evidence evidence) {
            evidence.control("both sides are the same");
            evidence.expect("itself", RAMP, RAMP, true);
        }
    }

    @Hypothesis(value = "The device stays alive", refutedBy = "Nothing", source = "made up")
    static class Faulted {
        @Test
        void diesHalfWay(Device device, Evidence evidence) {
            evidence.expect("input ramp", RAMP, answer(device), true);
            throw new DeviceFault(DeviceFault.Kind.CRASHED, device.name(), "exit status 134 (SIGABRT)");
        }

        @Test
        void assertionReachedThroughAFault(Device device) {
            throw new AssertionError(
                    "seen after a fault", new DeviceFault(DeviceFault.Kind.HUNG, device.name(), "no answer in 5 s"));
        }
    }

    @Hypothesis(value = "The device answers twice", refutedBy = "Nothing", source = "made up")
    static class Unanswered {
        @Test
        void diesAtTheSecondInference(Bench bench, Evidence evidence) {
            DenseTemplate template = DenseTemplate.of(TfliteModel.read(MODEL));
            byte[] half = Inputs.of(template).all(SampleDevice.Echo.DEADLY);
            evidence.expect("input ramp", template, RAMP, bench.run(template, RAMP));
            evidence.expect("input 64", template, half, bench.run(template, half));
        }
    }

    @Hypothesis(value = "There is a second device", refutedBy = "Nothing", source = "made up")
    static class Skipped {
        @Test
        void needsTwoDevices(Device device) {
            assumeTrue(false, "needs two devices, this run has one: " + device.name());
        }

        @Test
        @DisabledIf(value = "always", disabledReason = "a specimen of a test that is skipped before it begins")
        void neverBegins(Device device) {
            answer(device);
        }

        boolean always() {
            return true;
        }
    }

    @Hypothesis(value = "The experiment is free of faults", refutedBy = "Nothing", source = "made up")
    static class Broken {
        @Test
        void readsPastTheEnd(Evidence evidence) {
            evidence.fact("byte 256", RAMP[256]);
        }
    }

    @Hypothesis(value = "There are templates", refutedBy = "Nothing", source = "made up")
    static class NeedsTemplates {
        @EveryTemplate
        void asksForATemplate(DenseTemplate template, Evidence evidence) {
            evidence.fact("template", template);
        }
    }

    @Hypothesis(value = "The test JVM survives", refutedBy = "Nothing", source = "made up")
    static class Halted {
        @Test
        void haltsTheJvm(Device device) {
            Runtime.getRuntime().halt(134);
        }
    }

    @Hypothesis(value = "Experiments after a crash run", refutedBy = "Nothing", source = "made up")
    static class ZAfterwards {
        @Test
        void neverRuns(Device device) {
            answer(device);
        }
    }
}
