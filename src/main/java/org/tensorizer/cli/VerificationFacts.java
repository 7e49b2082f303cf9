package org.tensorizer.cli;

import java.util.List;
import org.tensorizer.template.TemplateVerification.FieldDifference;
import org.tensorizer.template.TemplateVerification;

/** A compile held against our prediction, under its JSON names. */
final class VerificationFacts {
    private VerificationFacts() {}

    static Facts of(TemplateVerification verification) {
        return new Facts()
                .put("file", verification.template().name())
                .put("layer", verification.template().shape().toString())
                .put("status", verification.template().status().level().word())
                .put("same", verification.isSame())
                .put("program_same", verification.isProgramSame())
                .put("execution_only", DiffFacts.of(verification.executionOnly()))
                .put("parameter_caching", DiffFacts.of(verification.parameterCaching()))
                .put("payload_differences", differences(verification.payload()))
                .put("container_differences", differences(verification.container()));
    }

    private static List<Facts> differences(List<FieldDifference> differences) {
        return differences.stream()
                .map(each -> new Facts()
                        .put("field", each.field())
                        .put("compiled", each.compiled())
                        .put("assembled", each.assembled()))
                .toList();
    }
}
