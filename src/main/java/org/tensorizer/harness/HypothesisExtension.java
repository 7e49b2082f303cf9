package org.tensorizer.harness;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate;

/**
 * Hands the device and the evidence to an experiment, asks a refuting question again, and turns the end into a verdict for
 * the report.
 */
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
            return Templates.of(context).compiled();
        }
        Device device = context.getStore(NAMESPACE)
                .computeIfAbsent(DevicePool.Lease.class, key -> lease(context), DevicePool.Lease.class)
                .device();
        return type == Bench.class ? new Bench(device, evidence(context)) : device;
    }

    private static DevicePool.Lease lease(ExtensionContext context) {
        DevicePool.Lease lease = DevicePool.of(context).lease();
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
        try {
            invocation.proceed();
        } catch (AssertionError refutation) {
            if (Verdict.of(refutation) == Verdict.REFUTED && hypothesis(context).askedAgain()) {
                throw again(method, context, refutation);
            }
            throw refutation;
        }
    }

    /** The method once more from its start, on the same device, with evidence that is thrown away. */
    private static AssertionError again(
            ReflectiveInvocationContext<Method> method, ExtensionContext context, AssertionError refutation) {
        Evidence second = new Evidence();
        List<Object> arguments = new ArrayList<>();
        for (Object argument : method.getArguments()) {
            if (argument instanceof Evidence) {
                arguments.add(second);
            } else {
                arguments.add(argument instanceof Bench bench ? new Bench(bench.device(), second) : argument);
            }
        }
        Throwable then = null;
        try {
            method.getExecutable().setAccessible(true);
            method.getExecutable().invoke(method.getTarget().orElse(null), arguments.toArray());
        } catch (InvocationTargetException e) {
            then = e.getCause();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
        Evidence evidence = evidence(context);
        if (then instanceof AssertionError && String.valueOf(then.getMessage()).equals(refutation.getMessage())) {
            evidence.fact("asked again", "the same answer");
            return refutation;
        }
        if (then == null || Verdict.of(then) == Verdict.REFUTED) {
            return new Verdict.UnstableAnswer(refutation, then == null ? "as the claim says" : then.getMessage());
        }
        evidence.fact("asked again", Verdict.of(then) + ": " + then.getMessage());
        return refutation;
    }

    /** What an experiment on models lacks to be run, null if nothing. */
    private static String missing(ReflectiveInvocationContext<Method> method, ExtensionContext context) {
        DevicePool.Lease lease = context.getStore(NAMESPACE).get(DevicePool.Lease.class, DevicePool.Lease.class);
        List<Class<?>> types = List.of(method.getExecutable().getParameterTypes());
        for (int i = 0; i < types.size(); i++) {
            boolean model = types.get(i) == DenseTemplate.class || types.get(i) == TfliteModel.class;
            if (model && method.getArguments().get(i) == null) {
                return Templates.of(context).whereItLooked();
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
        DevicePool.Lease lease = context.getStore(NAMESPACE).get(DevicePool.Lease.class, DevicePool.Lease.class);
        if (lease != null) {
            lease.addComparison(evidence(context));
        }
        Device device = lease == null ? null : lease.device();
        ExperimentRun.ended(context.getRequiredTestClass(), device, evidence(context), thrown);
        ReportEntry.finish(context, device, evidence(context), thrown);
    }

    static Hypothesis hypothesis(ExtensionContext context) {
        return context.getRequiredTestClass().getAnnotation(Hypothesis.class);
    }

    private static Evidence evidence(ExtensionContext context) {
        return context.getStore(NAMESPACE).computeIfAbsent(Evidence.class, key -> new Evidence(), Evidence.class);
    }
}
