package org.tensorizer.harness;

import io.qameta.allure.Allure;
import java.nio.charset.StandardCharsets;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;

/** What the report says of the experiment that this thread runs. Does nothing where Allure does not listen. */
final class ReportEntry {
    private ReportEntry() {}

    /** From here on the result, and its placeholder, say which device answers. */
    static void device(Device device) {
        update(result -> {
            ReportLabel.DEVICE.set(result, device.name());
            ReportLabel.EVIDENCE.set(result, device.provenance().toString());
        });
    }

    static void finish(Hypothesis hypothesis, Device device, Evidence evidence, Throwable thrown) {
        if (Allure.getLifecycle().getCurrentTestCase().isEmpty()) {
            return;
        }
        Verdict verdict = Verdict.of(thrown);
        DeviceFault fault = Verdict.fault(thrown);
        String description = Description.of(hypothesis, verdict, device, evidence, thrown);
        update(result -> {
            ReportLabel.VERDICT.set(result, verdict.toString());
            if (fault != null) {
                ReportLabel.FAULT.set(result, fault.kind().name().toLowerCase(java.util.Locale.ROOT));
            }
            result.setDescription(description);
        });
        for (Evidence.Table table : evidence.tables()) {
            attach(table.name(), "text/csv", ".csv", table.csv());
        }
        if (fault != null && !fault.log().isEmpty()) {
            attach("device log", "text/plain", ".txt", String.join("\n", fault.log()));
        }
    }

    private static void attach(String name, String type, String extension, String text) {
        Allure.getLifecycle().addAttachment(name, type, extension, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void update(java.util.function.Consumer<io.qameta.allure.model.TestResult> change) {
        if (Allure.getLifecycle().getCurrentTestCase().isPresent()) {
            Allure.getLifecycle().updateTestCase(change);
        }
    }
}
