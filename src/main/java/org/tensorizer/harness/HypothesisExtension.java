package org.tensorizer.harness;

import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate;

/** Hands the device and the evidence to an experiment, and turns its end into a verdict for the report. */
final class HypothesisExtension implements ParameterResolver, InvocationInterceptor, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(HypothesisExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Device.class || type == Bench.class || type == Evidence.class || type == CompiledModels.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == Evidence.class) {
            return evidence(context);
        }
        if (type == CompiledModels.class) {
            return TemplateFolder.of(context).compiled();
        }
        Device device = context.getStore(NAMESPACE)
                .computeIfAbsent(DeviceLease.class, key -> lease(context), DeviceLease.class)
                .device();
        return type == Bench.class ? new Bench(device, evidence(context)) : device;
    }

    private static DeviceLease lease(ExtensionContext context) {
        DeviceLease lease = DevicePool.of(context).lease();
        ReportEntry.device(lease.device());
        return lease;
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        interceptTestTemplateMethod(invocation, method, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        ReportEntry.arguments(method.getExecutable(), method.getArguments());
        String missing = missing(method, context);
        if (missing != null) {
            invocation.skip();
            throw new TestAbortedException(missing);
        }
        invocation.proceed();
    }

    /** What a template experiment lacks to be run, null if nothing. */
    private static String missing(ReflectiveInvocationContext<Method> method, ExtensionContext context) {
        DeviceLease lease = context.getStore(NAMESPACE).get(DeviceLease.class, DeviceLease.class);
        List<Class<?>> types = List.of(method.getExecutable().getParameterTypes());
        for (int i = 0; i < types.size(); i++) {
            boolean model = types.get(i) == DenseTemplate.class || types.get(i) == TfliteModel.class;
            if (model && method.getArguments().get(i) == null) {
                return TemplateFolder.of(context).whereItLooked();
            }
        }
        boolean compiled = types.contains(DenseTemplate.class) || types.contains(Bench.class);
        return compiled && lease != null && lease.device().provenance() == Provenance.CPU
                ? "the device " + lease.device().name() + " runs uncompiled models only, a template is a compiled one"
                : null;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Throwable thrown = context.getExecutionException().orElse(null);
        DeviceLease lease = context.getStore(NAMESPACE).get(DeviceLease.class, DeviceLease.class);
        if (lease != null) {
            lease.addComparison(evidence(context));
        }
        Hypothesis hypothesis = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Hypothesis.class)
                .orElseThrow();
        ReportEntry.finish(hypothesis, lease == null ? null : lease.device(), evidence(context), thrown);
    }

    private static Evidence evidence(ExtensionContext context) {
        return context.getStore(NAMESPACE).computeIfAbsent(Evidence.class, key -> new Evidence(), Evidence.class);
    }
}
