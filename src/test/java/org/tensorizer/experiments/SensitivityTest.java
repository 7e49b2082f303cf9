package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        REFUTED_BY.put(
                WeightLayout.class,
                List.of(
                        WrongDevice.chip(real.withLanes(16)),
                        WrongDevice.chip(real.withInputs(2)),
                        WrongDevice.chip(real.withLaneFastest(true)),
                        WrongDevice.chip(real.withReversedLanes(true)),
                        WrongDevice.chip(real.withPermutation(1)),
                        WrongDevice.chip(real.rowMajor())));
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
        REFUTED_BY.put(
                TileStructure.class,
                List.of(
                        WrongDevice.chip(real.withLanes(8)),
                        WrongDevice.chip(real.withLanes(16)),
                        WrongDevice.chip(real.withLanes(32)),
                        WrongDevice.chip(real.withInputs(8)),
                        WrongDevice.chip(real.withLaneFastest(true)),
                        WrongDevice.chip(real.rowMajor())));
        REFUTED_BY.put(ScaleHeader.class, List.of(WrongDevice.keepsItsFirstWeights()));
        REFUTED_BY.put(
                TokenTrap.class,
                List.of(
                        new WrongDevice("sends weights each time", () -> new EmulatorDevice(real, false)),
                        WrongDevice.keepsItsFirstWeights()));
        REFUTED_BY.put(Repeatability.class, List.of(WrongDevice.flickers(97), WrongDevice.answersTheSame()));
        REFUTED_BY.put(Saturation.class, List.of(WrongDevice.clampsOneTooEarly(), twosComplement));
        REFUTED_BY.put(CpuAgreement.class, List.of(WrongDevice.flickers(7), twosComplement));
        WrongDevice sixteenLanes = WrongDevice.chip(real.withLanes(16));
        WrongDevice laneFastest = WrongDevice.chip(real.withLaneFastest(true));
        REFUTED_BY.put(AssembledEqualsCompiled.class, List.of(WrongDevice.flickers(5)));
        REFUTED_BY.put(DimensionScaling.class, List.of(laneFastest));
        REFUTED_BY.put(
                LayoutFromOutputsAlone.class,
                List.of(sixteenLanes, WrongDevice.chip(real.withReversedLanes(true)), twosComplement));
        REFUTED_BY.put(
                RectangularTranspose.class,
                List.of(sixteenLanes, WrongDevice.chip(real.withInputs(2)), WrongDevice.chip(real.rowMajor())));
        REFUTED_BY.put(BiasShiftsOutputs.class, List.of(sixteenLanes, WrongDevice.shiftsBiases()));
        REFUTED_BY.put(ReluClampsAtZero.class, List.of(sixteenLanes, WrongDevice.forgetsActivations()));
        REFUTED_BY.put(PublishedObservations.class, List.of(sixteenLanes, twosComplement));
        WrongDevice keepsWeights = WrongDevice.keepsItsFirstWeights();
        REFUTED_BY.put(StructuredBlocks.class, List.of(sixteenLanes, laneFastest, twosComplement, keepsWeights));
        REFUTED_BY.put(RandomGemm.class, List.of(sixteenLanes, keepsWeights, WrongDevice.flickers(7)));
        REFUTED_BY.put(
                TiledGemm.class, List.of(sixteenLanes, WrongDevice.clampsOneTooEarly(), WrongDevice.flickers(7)));
        REFUTED_BY.put(ExactProduct.class, List.of(sixteenLanes, signMagnitude, WrongDevice.clampsOneTooEarly()));
        REFUTED_BY.put(GainsAtRunTime.class, List.of(keepsWeights, WrongDevice.flickers(5)));
        REFUTED_BY.put(ChainOfLayers.class, List.of(sixteenLanes, WrongDevice.flickers(9)));
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
        WrongDevice crashesAndHangs = WrongDevice.faults("crashes and hangs by turns", n -> {
            DeviceFault.Kind kind = n % 2 == 0 ? DeviceFault.Kind.CRASHED : DeviceFault.Kind.HUNG;
            return new DeviceFault(kind, "double", "made to fail in answer " + n);
        });
        for (WrongDevice device : List.of(crashesAndHangs, WrongDevice.answersShort())) {
            Trial trial = Trial.of(experiment, device.open().get());

            assertThat(trial.with(v -> v == Verdict.REFUTED || v == Verdict.NO_VERDICT))
                    .as("%s on a device that %s", experiment.getSimpleName(), device)
                    .isEmpty();
            assertThat(trial.counts()).containsKey(Verdict.DEVICE_FAULT);
        }
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
        Set<Class<?>> refutable = new HashSet<>(REFUTED_BY.keySet());
        refutable.addAll(WrongTemplateTest.REFUTED_BY_A_TEMPLATE);
        assertThat(refutable)
                .as("experiments with a device or a template that refutes them")
                .containsAll(hypotheses);
        String catalogue = Files.readString(Path.of("experiments/README.md"));
        assertThat(hypotheses)
                .as("experiments in the catalogue")
                .allSatisfy(type -> assertThat(catalogue).contains("| " + type.getSimpleName() + " |"));
    }
}
