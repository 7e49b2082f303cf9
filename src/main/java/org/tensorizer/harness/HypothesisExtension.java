package org.tensorizer.harness;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.tensorizer.device.Device;

/** Hands the device and the evidence to an experiment, and turns its end into a verdict for the report. */
final class HypothesisExtension implements ParameterResolver, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(HypothesisExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Device.class || type == Evidence.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.getParameter().getType() == Evidence.class) {
            return evidence(context);
        }
        Device device = DeviceUnderTest.of(context);
        context.getStore(NAMESPACE).put(Device.class, new Used(device));
        RunFacts.of(context).device(device);
        ReportEntry.device(device);
        return device;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Throwable thrown = context.getExecutionException().orElse(null);
        Used used = context.getStore(NAMESPACE).get(Device.class, Used.class);
        Hypothesis hypothesis = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Hypothesis.class)
                .orElseThrow();
        ReportEntry.finish(hypothesis, used == null ? null : used.device(), evidence(context), thrown);
    }

    private static Evidence evidence(ExtensionContext context) {
        return context.getStore(NAMESPACE).computeIfAbsent(Evidence.class, key -> new Evidence(), Evidence.class);
    }

    /** Keeps JUnit's store, which closes what can be closed, from closing the device after one test. */
    private record Used(Device device) {}
}
