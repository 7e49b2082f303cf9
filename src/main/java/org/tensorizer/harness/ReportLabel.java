package org.tensorizer.harness;

import io.qameta.allure.model.Label;
import io.qameta.allure.model.TestResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a result says of itself beside Allure's own fields; the report is made of these. Names are lower case. */
enum ReportLabel {
    /** Set by {@link Hypothesis}: the claim. Whatever has none is no experiment and is left alone. */
    HYPOTHESIS,
    /** The claim once more, for Allure's own page, whose tree it makes. */
    FEATURE,
    /** What a parameterized test method asserts; its runs stand below it. */
    STORY,
    /** Class of the experiment, full name. */
    EXPERIMENT,
    /** {@link Hypothesis.Theme}. */
    THEME,
    /** {@link Hypothesis#refutedBy}. */
    REFUTED_BY,
    /** {@link Hypothesis#source}. */
    SOURCE,
    /** {@link Hypothesis#onSilicon}. */
    ON_SILICON,
    /** {@link Counterexample}s, a line each; missing where there are none. */
    COUNTEREXAMPLES,
    /** Name of the device that answered. */
    DEVICE,
    /** {@link org.tensorizer.device.Provenance} of its answers. */
    EVIDENCE,
    /** {@link Verdict}. */
    VERDICT,
    /** Kind of the device fault. */
    FAULT,
    /** Why the run is a control, which supports nothing. */
    CONTROL,
    /** How sure the project is of the template: verified, extrapolated. */
    LEVEL;

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    Optional<String> in(TestResult result) {
        return result.getLabels().stream()
                .filter(l -> key().equals(l.getName()))
                .map(Label::getValue)
                .findFirst();
    }

    void set(TestResult result, String value) {
        result.getLabels().removeIf(l -> key().equals(l.getName()));
        result.getLabels().add(new Label().setName(key()).setValue(value));
    }

    static boolean isExperiment(TestResult result) {
        return HYPOTHESIS.in(result).isPresent();
    }

    /** All that the class says, whether a method of it ran or not. */
    static void setAll(TestResult result, Class<?> experiment) {
        Hypothesis hypothesis = experiment.getAnnotation(Hypothesis.class);
        HYPOTHESIS.set(result, hypothesis.value());
        FEATURE.set(result, hypothesis.value());
        EXPERIMENT.set(result, experiment.getName());
        THEME.set(result, hypothesis.theme().heading());
        REFUTED_BY.set(result, hypothesis.refutedBy());
        SOURCE.set(result, hypothesis.source());
        ON_SILICON.set(result, hypothesis.onSilicon());
        List<Counterexample> counterexamples = Counterexample.of(experiment);
        if (!counterexamples.isEmpty()) {
            COUNTEREXAMPLES.set(
                    result,
                    counterexamples.stream().map(Counterexample::toString).collect(Collectors.joining("\n")));
        }
    }
}
