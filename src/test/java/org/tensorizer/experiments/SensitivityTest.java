package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Verdict;

/**
 * An experiment must be able to fail. Each is run on the counterexamples that it names itself and must be refuted by them;
 * on a device that fails and must end as a fault; and on the emulated Edge TPU, which must not refute it.
 */
class SensitivityTest {
    private static final Path EXPERIMENTS = Path.of("experiments");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");

    static Stream<Arguments> counterexamples() {
        return all().flatMap(experiment -> Counterexample.of(experiment).stream()
                .filter(each -> each.test().isEmpty())
                .map(each -> Arguments.of(experiment, each)));
    }

    /** Those that a device can refute. */
    static Stream<Class<?>> experiments() {
        return all().filter(experiment -> Counterexample.of(experiment).stream()
                .anyMatch(each -> each.test().isEmpty()));
    }

    /** The first refutation is enough; what the other runs make of it is for {@link #aCounterexampleIsNoFault}. */
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("counterexamples")
    void aCounterexampleRefutes(Class<?> experiment, Counterexample counterexample, @TempDir Path folder)
            throws IOException {
        counterexample.writeModels(folder);

        Trial trial = Trial.of(experiment, counterexample.open(), folder, SensitivityTest::isRefuted);

        assertThat(trial.runs().filter(SensitivityTest::isRefuted))
                .as("refuted, or not answered the same way twice")
                .isNotEmpty();
        assertThat(trial.with(SensitivityTest::isNoVerdict))
                .as("neither supported nor refuted")
                .isEmpty();
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("counterexamples")
    void aCounterexampleIsNoFault(Class<?> experiment, Counterexample counterexample, @TempDir Path folder)
            throws IOException {
        counterexample.writeModels(folder);

        assertThat(Trial.of(experiment, counterexample.open(), folder).with(SensitivityTest::isNoVerdict))
                .as("neither supported nor refuted")
                .isEmpty();
    }

    private static boolean isRefuted(Trial.Run run) {
        return run.verdict() == Verdict.REFUTED || run.verdict() == Verdict.UNSTABLE;
    }

    private static boolean isNoVerdict(Verdict verdict) {
        return verdict == Verdict.DEVICE_FAULT || verdict == Verdict.NO_VERDICT;
    }

    /** Long, because whoever runs this runs the experiments themselves on the emulator as well. */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("experiments")
    void theEmulatedEdgeTpuDoesNot(Class<?> experiment) {
        Trial trial = Trial.of(experiment, new EmulatorDevice());

        assertThat(trial.with(v -> v != Verdict.SUPPORTED && v != Verdict.NOT_APPLICABLE))
                .isEmpty();
        assertThat(trial.counts()).containsKey(Verdict.SUPPORTED);
    }

    /** Those that ask a device. */
    static Stream<Class<?>> asking() {
        return all().filter(experiment -> Counterexample.of(experiment).stream().anyMatch(Counterexample::isDevice));
    }

    @ParameterizedTest
    @MethodSource("asking")
    void aFailingDeviceIsAFaultAndNoVerdict(Class<?> experiment) {
        Counterexample crashesAndHangs = Counterexample.answers("crashes and hangs by turns", () -> {
            AtomicInteger count = new AtomicInteger();
            return output -> {
                int n = count.incrementAndGet();
                DeviceFault.Kind kind = n % 2 == 0 ? DeviceFault.Kind.CRASHED : DeviceFault.Kind.HUNG;
                throw new DeviceFault(kind, "double", "made to fail in answer " + n);
            };
        });
        Counterexample answersShort =
                Counterexample.answers("answers short", () -> output -> Arrays.copyOf(output, output.length - 1));
        for (Counterexample device : List.of(crashesAndHangs, answersShort)) {
            Trial trial = Trial.of(experiment, device.open());

            assertThat(trial.with(v -> v == Verdict.REFUTED || v == Verdict.NO_VERDICT))
                    .as("%s on %s", experiment.getSimpleName(), device)
                    .isEmpty();
            assertThat(trial.counts()).containsKey(Verdict.DEVICE_FAULT);
        }
    }

    /** Ours; whoever tries something of their own, in a package of their own, may leave it out. */
    @Test
    void everyExperimentOfThisProjectNamesACounterexample() {
        List<Class<?>> experiments = all().filter(
                        experiment -> experiment.getPackage().equals(SensitivityTest.class.getPackage()))
                .toList();

        assertThat(experiments).hasSizeGreaterThan(20);
        assertThat(experiments)
                .as("experiments that nobody has shown to be able to fail")
                .allSatisfy(experiment -> assertThat(Counterexample.of(experiment))
                        .as(experiment.getName())
                        .isNotEmpty());
    }

    /** Where a test of the library stands in for a counterexample, it is there and tests that experiment. */
    @Test
    void testsThatShowACounterexampleExist() {
        all().flatMap(experiment -> Counterexample.of(experiment).stream())
                .flatMap(each -> each.test().stream())
                .forEach(test -> {
                    String[] parts = test.split("#", -1);
                    assertThat(type("org.tensorizer.experiments." + parts[0]).getDeclaredMethods())
                            .as(test)
                            .anyMatch(method -> method.getName().equals(parts[1])
                                    && AnnotationSupport.isAnnotated(method, Testable.class));
                });
    }

    @Test
    void anExperimentThatNamesNoneHasNone() {
        assertThat(Counterexample.of(SensitivityTest.class)).isEmpty();
        assertThat(Counterexample.of(WeightLayout.class)).hasSizeGreaterThan(3);
    }

    /** Whatever has a test method or a claim is an experiment, in whichever package below the folder it is. */
    static Stream<Class<?>> all() {
        List<Class<?>> experiments = new ArrayList<>();
        try (Stream<Path> files = Files.walk(EXPERIMENTS)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                Matcher declared = PACKAGE.matcher(Files.readString(file));
                String name = file.getFileName().toString().replace(".java", "");
                Class<?> type = type(declared.find() ? declared.group(1) + "." + name : name);
                if (type.isAnnotationPresent(Hypothesis.class) || hasTests(type)) {
                    experiments.add(type);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return experiments.stream();
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean hasTests(Class<?> type) {
        return Stream.of(type.getDeclaredMethods())
                .anyMatch(method -> AnnotationSupport.isAnnotated(method, Testable.class));
    }
}
