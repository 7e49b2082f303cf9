package org.tensorizer.harness;

import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.TestResult;
import org.tensorizer.base.Printable;

/**
 * Every text of a result on its way to the disk, made {@link Printable}: names, parameters, labels and messages hold what
 * somebody wrote into a model or called a file. The description is {@link Description}'s own work.
 */
final class ShownResult {
    private static final int LONGEST_MESSAGE = 4_000;
    private static final int LONGEST_TRACE = 40_000;
    private static final int LONGEST_SIDE = 2 << 20;

    private ShownResult() {}

    /** @return the same result, changed */
    static TestResult of(TestResult result) {
        result.setName(name(result.getName()));
        result.setTestCaseName(name(result.getTestCaseName()));
        if (result.getTitlePath() != null) {
            result.setTitlePath(
                    result.getTitlePath().stream().map(ShownResult::name).toList());
        }
        result.getParameters().forEach(parameter -> parameter.setValue(name(parameter.getValue())));
        result.getLabels().forEach(label -> label.setValue(lines(label.getValue(), LONGEST_MESSAGE)));
        result.getAttachments().forEach(attachment -> attachment.setName(name(attachment.getName())));
        details(result.getStatusDetails());
        return result;
    }

    private static void details(StatusDetails details) {
        if (details != null) {
            details.setMessage(lines(details.getMessage(), LONGEST_MESSAGE));
            details.setTrace(lines(details.getTrace(), LONGEST_TRACE));
            details.setExpected(lines(details.getExpected(), LONGEST_SIDE));
            details.setActual(lines(details.getActual(), LONGEST_SIDE));
        }
    }

    private static String name(String text) {
        return text == null ? null : Printable.name(text);
    }

    private static String lines(String text, int most) {
        return text == null ? null : Printable.lines(text, most);
    }
}
