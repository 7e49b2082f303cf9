package org.tensorizer.harness;

import io.qameta.allure.Allure;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.TestResult;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.tensorizer.base.Npy;
import org.tensorizer.base.Printable;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate;

/** What the report says of the experiment that this thread runs. Does nothing where Allure does not listen. */
final class ReportEntry {
    private static final int LONGEST_ATTACHMENT = 4 << 20;

    private ReportEntry() {}

    /** From here on the result, and its placeholder, say which device answers. */
    static void device(Device device) {
        update(result -> {
            ReportLabel.DEVICE.set(result, device.name());
            ReportLabel.EVIDENCE.set(result, device.provenance().toString());
            result.getParameters().add(new Parameter().setName("device").setValue(device.name()));
        });
    }

    /**
     * The arguments of a parameterized experiment. They, with the device, tell its results apart in the history, and they
     * are the names of the rows under the method's own.
     */
    static void arguments(Method method, List<Object> arguments) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            Object argument = arguments.get(i);
            String text = text(argument);
            if (text != null) {
                parameters.add(new Parameter()
                        .setName(method.getParameters()[i].getName())
                        .setValue(text));
            }
        }
        if (parameters.isEmpty()) {
            return; // a plain test is a row of its own and keeps its name
        }
        update(result -> {
            result.getParameters().addAll(parameters);
            ReportLabel.STORY.set(result, Hypothesis.Sentences.of(method));
            arguments.stream()
                    .filter(DenseTemplate.class::isInstance)
                    .map(template -> ((DenseTemplate) template).status().level().word())
                    .findFirst()
                    .ifPresent(level -> ReportLabel.LEVEL.set(result, level));
            result.setName(parameters.stream().map(ReportEntry::shown).collect(Collectors.joining(", ")));
        });
    }

    /** A number says little without its name: {@code out 5}. */
    private static String shown(Parameter parameter) {
        boolean number = parameter.getValue().matches("-?\\d+");
        return number ? parameter.getName() + " " + parameter.getValue() : parameter.getValue();
    }

    /** What tells an argument from others of its kind, null if nothing has to. */
    private static String text(Object argument) {
        if (argument instanceof DenseTemplate template) {
            return CompiledModels.name(template);
        }
        if (argument instanceof TfliteModel model) {
            return CompiledModels.name(model.name());
        }
        boolean injected = argument instanceof Device
                || argument instanceof Bench
                || argument instanceof Evidence
                || argument instanceof CompiledModels;
        return injected ? null : String.valueOf(argument);
    }

    static void finish(ExtensionContext context, Device device, Evidence evidence, Throwable thrown) {
        if (!isReported()) {
            return; // an experiment run within a test, or without Allure
        }
        Verdict verdict = Verdict.of(thrown);
        DeviceFault fault = Verdict.fault(thrown);
        String description =
                Description.of(Hypothesis.Extension.hypothesis(context), verdict, device, evidence, thrown);
        update(result -> {
            ReportLabel.VERDICT.set(result, verdict.toString());
            if (fault != null) {
                ReportLabel.FAULT.set(result, fault.kind().name().toLowerCase(Locale.ROOT));
            }
            evidence.control().ifPresent(why -> ReportLabel.CONTROL.set(result, why));
            if (result.getParameters().stream()
                            .allMatch(known -> known.getName().equals("device"))
                    && ReportLabel.STORY.in(result).isEmpty()) {
                keepWhatTellsApart(result, context);
            }
            result.setDescriptionHtml(description);
        });
        for (Evidence.Table table : evidence.tables()) {
            attach(table.name(), "text/csv", ".csv", table.csv());
        }
        if (fault != null && !fault.log().isEmpty()) {
            attach("device log", "text/plain", ".txt", String.join("\n", fault.log()));
        }
        if (verdict != Verdict.SUPPORTED && verdict != Verdict.NOT_APPLICABLE) {
            String command = command(context, evidence.question().isPresent());
            attach("command", "text/plain", ".txt", command);
            evidence.question().ifPresent(ReportEntry::attach);
        }
    }

    /** A run that failed before its arguments were seen, by the name that JUnit gave it, or templates merge as retries. */
    private static void keepWhatTellsApart(TestResult result, ExtensionContext context) {
        Method method = context.getRequiredTestMethod();
        if (method.getParameterCount() > 0 && !context.getDisplayName().equals(Hypothesis.Sentences.of(method))) {
            result.getParameters()
                    .add(new Parameter().setName("run").setValue(Printable.name(context.getDisplayName())));
            ReportLabel.STORY.set(result, Hypothesis.Sentences.of(method));
            result.setName(context.getDisplayName());
        }
    }

    /** What repeats the method, and what repeats the one question that it ended with. */
    private static String command(ExtensionContext context, boolean asked) {
        String method = context.getRequiredTestClass().getSimpleName() + "#"
                + context.getRequiredTestMethod().getName();
        String run = RunFacts.command() + " -Dexperiment=" + method + "\n";
        String device = Setting.DEVICE.value().map(name -> " --device " + name).orElse("");
        return asked ? run + "target/tensorizer run model.tflite --input input.npy" + device + "\n" : run;
    }

    private static void attach(Evidence.Question question) {
        DenseTemplate model = question.model();
        boolean signed = model.outputDomain().signed();
        attach("model.tflite", ".tflite", model.model().copy());
        attach("input.npy", ".npy", npy(model.inputDomain().signed(), question.input()));
        attach("expected.npy", ".npy", npy(signed, model.expected(question.input())));
        question.answer().ifPresent(bytes -> attach("observed.npy", ".npy", npy(signed, bytes)));
    }

    /** One row, of the tensor's own type. */
    private static byte[] npy(boolean signed, byte[] bytes) {
        Npy.Type type = signed ? Npy.Type.INT8 : Npy.Type.UINT8;
        return new Npy(type, List.of(1, bytes.length), bytes).toBytes();
    }

    private static void attach(String name, String type, String extension, String text) {
        byte[] bytes = Printable.lines(text, LONGEST_ATTACHMENT).getBytes(StandardCharsets.UTF_8);
        Allure.getLifecycle().addAttachment(Printable.name(name), type, extension, bytes);
    }

    private static void attach(String name, String extension, byte[] bytes) {
        Allure.getLifecycle().addAttachment(name, "application/octet-stream", extension, bytes);
    }

    private static void update(Consumer<TestResult> change) {
        if (isReported()) {
            Allure.getLifecycle().updateTestCase(change);
        }
    }

    /** Whether the result that Allure now keeps for this thread is that of an experiment. */
    private static boolean isReported() {
        AtomicBoolean experiment = new AtomicBoolean();
        if (Allure.getLifecycle().getCurrentTestCase().isPresent()) {
            Allure.getLifecycle().updateTestCase(result -> experiment.set(ReportLabel.isExperiment(result)));
        }
        return experiment.get();
    }
}
