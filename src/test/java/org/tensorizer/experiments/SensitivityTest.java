package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.emulator.WeightCode;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Verdict;

/**
 * An experiment must be able to fail. Each is run on devices that are wrong in one respect and must be refuted by them; on
 * a device that fails and must end as a fault; and on the emulated Edge TPU, which must not refute it.
 */
class SensitivityTest {
    private static final Path EXPERIMENTS = Path.of("experiments/org/tensorizer/experiments");

    private static final Map<Class<?>, List<WrongDevice>> REFUTED_BY = new LinkedHashMap<>();

    static {
        ChipParameters real = ChipParameters.EDGE_TPU;
        WrongDevice twosComplement = WrongDevice.chip(real.withCode(WeightCode.TWOS_COMPLEMENT));
        WrongDevice signMagnitude = WrongDevice.chip(real.withCode(WeightCode.SIGN_MAGNITUDE));
        List<WrongDevice> everyWrongChip =
                ChipParameters.wrongChips().stream().map(WrongDevice::chip).toList();
        REFUTED_BY.put(PayloadIsConsumed.class, List.of(WrongDevice.keepsItsFirstWeights(), WrongDevice.flickers(2)));
        REFUTED_BY.put(PayloadEncoding.class, List.of(twosComplement, signMagnitude));
        REFUTED_BY.put(WeightLayout.class, everyWrongChip);
        REFUTED_BY.put(
                WrongLayouts.class,
                List.of(
                        WrongDevice.chip(real.rowMajor()),
                        WrongDevice.chip(real.withLanes(8)),
                        WrongDevice.chip(real.withLanes(32)),
                        WrongDevice.chip(real.withInputs(1)),
                        WrongDevice.chip(real.withInputs(8)),
                        WrongDevice.chip(real.withReversedLanes(true)),
                        WrongDevice.chip(real.withLaneFastest(true))));
        REFUTED_BY.put(StructuredMatrices.class, everyWrongChip);
    }

    static Stream<Arguments> wrongDevices() {
        return REFUTED_BY.entrySet().stream()
                .flatMap(e -> e.getValue().stream().map(device -> Arguments.of(e.getKey(), device)));
    }

    static Stream<Class<?>> experiments() {
        return REFUTED_BY.keySet().stream();
    }

    @ParameterizedTest(name = "{0} on a device: {1}")
    @MethodSource("wrongDevices")
    void aWrongDeviceRefutes(Class<?> experiment, WrongDevice device) {
        Trial trial = Trial.of(experiment, device.open().get());

        assertThat(trial.with(v -> v == Verdict.REFUTED)).as("refuted").isNotEmpty();
        assertThat(trial.with(v -> v == Verdict.DEVICE_FAULT || v == Verdict.NO_VERDICT))
                .as("neither supported nor refuted")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void theEmulatedEdgeTpuDoesNot(Class<?> experiment) {
        Trial trial = Trial.of(experiment, new EmulatorDevice());

        assertThat(trial.with(v -> v != Verdict.SUPPORTED && v != Verdict.NOT_APPLICABLE))
                .isEmpty();
        assertThat(trial.counts()).containsKey(Verdict.SUPPORTED);
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void aFailingDeviceIsAFaultAndNoVerdict(Class<?> experiment) {
        for (WrongDevice device : List.of(
                fault(DeviceFault.Kind.CRASHED, 1), fault(DeviceFault.Kind.HUNG, 1), WrongDevice.answersShort())) {
            Trial trial = Trial.of(experiment, device.open().get());

            assertThat(trial.with(v -> v == Verdict.REFUTED || v == Verdict.NO_VERDICT))
                    .as("%s on a device that %s", experiment.getSimpleName(), device)
                    .isEmpty();
            assertThat(trial.counts()).containsKey(Verdict.DEVICE_FAULT);
        }
    }

    private static WrongDevice fault(DeviceFault.Kind kind, int answer) {
        return WrongDevice.faults(
                kind.name(), answer, n -> new DeviceFault(kind, "double", "made to fail in answer " + n));
    }

    @Test
    void everyExperimentIsListedHere() throws IOException, ClassNotFoundException {
        List<Class<?>> hypotheses = new ArrayList<>();
        try (Stream<Path> files = Files.walk(EXPERIMENTS)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                String name = EXPERIMENTS
                        .relativize(file)
                        .toString()
                        .replace(".java", "")
                        .replace('/', '.');
                Class<?> type = Class.forName(getClass().getPackageName() + "." + name);
                if (type.isAnnotationPresent(Hypothesis.class)) {
                    hypotheses.add(type);
                }
            }
        }
        assertThat(hypotheses).isNotEmpty();
        assertThat(REFUTED_BY.keySet())
                .as("experiments with a device that refutes them")
                .containsAll(hypotheses);
    }
}
