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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
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
    private static final Path EXPERIMENTS = Path.of("experiments");

    private static final Map<Class<?>, List<WrongDevice>> REFUTED_BY = new LinkedHashMap<>();

    /** A trial that must refute an experiment which no chip alone refutes. */
    interface OwnTrial {
        Trial run(Path emptyFolder) throws IOException;
    }

    private static final Map<Class<?>, OwnTrial> REFUTED_BY_A_TRIAL_OF_THEIR_OWN = Map.of(
            OnlyQuantizationFieldsDiffer.class,
            folder -> WrongTemplateTest.anotherFieldValue(OnlyQuantizationFieldsDiffer.class, folder),
            MobilenetCorruption.class,
            MobilenetCorruptionTest::keptWeights);

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

    static Stream<Arguments> trialsOfTheirOwn() {
        return REFUTED_BY_A_TRIAL_OF_THEIR_OWN.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
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

    @ParameterizedTest
    @MethodSource("trialsOfTheirOwn")
    void aTrialOfItsOwnRefutes(Class<?> experiment, OwnTrial trial, @TempDir Path folder) throws IOException {
        Trial refuting = trial.run(folder);

        assertThat(refuting.experiment()).isEqualTo(experiment);
        assertThat(refuting.with(v -> v == Verdict.REFUTED)).as("refuted").isNotEmpty();
        assertThat(refuting.with(v -> v == Verdict.DEVICE_FAULT || v == Verdict.NO_VERDICT))
                .as("neither supported nor refuted")
                .isEmpty();
    }

    @Test
    void everyExperimentOfTheFolderIsRefutedHere() throws IOException, ClassNotFoundException {
        List<Class<?>> experiments = experimentsIn(EXPERIMENTS);

        assertThat(experiments).hasSizeGreaterThan(20);
        assertThat(unrefuted(experiments, refutable()))
                .as("experiments without a device or a trial that refutes them")
                .isEmpty();
        assertThat(REFUTED_BY)
                .allSatisfy((experiment, devices) ->
                        assertThat(devices).as(experiment.getSimpleName()).isNotEmpty());
        String catalogue = Files.readString(EXPERIMENTS.resolve("README.md"));
        assertThat(experiments)
                .as("experiments in the catalogue")
                .allSatisfy(type -> assertThat(catalogue).contains("| " + type.getSimpleName() + " |"));
    }

    @Test
    void anExperimentThatNothingRefutesIsFound() throws IOException, ClassNotFoundException {
        List<Class<?>> experiments = experimentsIn(EXPERIMENTS);

        for (Class<?> experiment : experiments) {
            Set<Class<?>> others = refutable();
            assertThat(others.remove(experiment)).as(experiment.getName()).isTrue();
            assertThat(unrefuted(experiments, others)).containsExactly(experiment);
        }
    }

    /** Whatever has a test method or a claim is an experiment, in whichever package below the folder it is. */
    private static List<Class<?>> experimentsIn(Path folder) throws IOException, ClassNotFoundException {
        List<Class<?>> experiments = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                String name = folder.relativize(file).toString().replace(".java", "");
                Class<?> type = Class.forName(name.replace('/', '.'));
                if (type.isAnnotationPresent(Hypothesis.class) || hasTests(type)) {
                    experiments.add(type);
                }
            }
        }
        return experiments;
    }

    private static boolean hasTests(Class<?> type) {
        return Stream.of(type.getDeclaredMethods())
                .anyMatch(method -> AnnotationSupport.isAnnotated(method, Testable.class));
    }

    private static Set<Class<?>> refutable() {
        Set<Class<?>> refutable = new HashSet<>(REFUTED_BY.keySet());
        refutable.addAll(REFUTED_BY_A_TRIAL_OF_THEIR_OWN.keySet());
        return refutable;
    }

    private static List<Class<?>> unrefuted(List<Class<?>> experiments, Set<Class<?>> refutable) {
        return experiments.stream().filter(type -> !refutable.contains(type)).toList();
    }
}
