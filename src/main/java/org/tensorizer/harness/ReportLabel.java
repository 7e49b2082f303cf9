package org.tensorizer.harness;

import io.qameta.allure.model.Label;
import io.qameta.allure.model.TestResult;
import java.util.Optional;

/** Labels by which reports/allurerc.mjs sorts results into environments and categories. */
enum ReportLabel {
    /** Set by {@link Hypothesis}: the claim. */
    FEATURE,
    /** What a parameterized test method asserts; its runs stand below it. */
    STORY,
    /** Name of the device that answered. */
    DEVICE,
    /** {@link org.tensorizer.device.Provenance} of its answers. */
    EVIDENCE,
    /** {@link Verdict}. */
    VERDICT,
    /** Kind of the device fault. */
    FAULT;

    String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
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
}
