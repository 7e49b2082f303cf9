package org.tensorizer.harness;

import io.qameta.allure.LabelAnnotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
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
 * What an experiment class claims about the chip. The report lists hypotheses by their claim, skipped ones too.
 *
 * <p>Test methods of the class may have parameters of type {@link org.tensorizer.device.Device} (the device of this
 * run, chosen by {@code -Dtensorizer.device}), {@link Bench}, {@link CompiledModels} and {@link Evidence}. A method that ends
 * normally supports the claim, an {@link AssertionError} refutes it, a {@link org.tensorizer.device.DeviceFault} is a fault
 * and no verdict, a failed assumption makes it not applicable: see {@link Verdict}. What must refute it stands in a method
 * that lists {@link Counterexample}s.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@LabelAnnotation(name = "hypothesis")
@DisplayNameGeneration(Hypothesis.Sentences.class)
@ExtendWith(Hypothesis.Extension.class)
public @interface Hypothesis {
    /** The claim: one sentence that can turn out to be false. */
    String value();

    /** The observation that would refute it. */
    String refutedBy();

    /** Where the claim comes from: a link, or what it was derived from. */
    String source();

    /** What anybody has seen of it on a Coral, and who; not by this project, which has not run on one. */
    String onSilicon() default "not tried";

    /** Under which heading the report lists it. */
    Theme theme() default Theme.OWN;

    /**
     * Whether an answer that refutes is asked for a second time, from the start of the method: an answer that is another
     * then is {@link Verdict#UNSTABLE} and refutes nothing. Off for claims about stability itself.
     */
    boolean askedAgain() default true;

    /** What a claim is about, in the order of the report. */
    enum Theme {
        ENCODING("How a weight is written"),
        LAYOUT("Where a weight stands"),
        ARITHMETIC("What the chip computes"),
        TOKENS("When the chip takes new weights"),
        NETWORKS("Whole networks"),
        PUBLISHED("What others saw on their Corals"),
        OWN("Your own");

        private final String heading;

        Theme(String heading) {
            this.heading = heading;
        }

        /** Such as {@code Where a weight stands}. */
        public String heading() {
            return heading;
        }
    }

    /** Method names as sentences: {@code wholeRowMovesOneOutput} reads "Whole row moves one output". */
    final class Sentences extends DisplayNameGenerator.Standard {
        @Override
        public String generateDisplayNameForMethod(List<Class<?>> enclosing, Class<?> type, Method method) {
            return of(method);
        }

        static String of(Method method) {
            StringBuilder sentence = new StringBuilder();
            for (String word : method.getName().split("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", -1)) {
                boolean acronym = word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
                sentence.append(sentence.isEmpty() ? "" : " ").append(acronym ? word : word.toLowerCase(Locale.ROOT));
            }
            sentence.setCharAt(0, Character.toUpperCase(sentence.charAt(0)));
            return sentence.toString();
        }
    }

    /**
     * Hands the device and the evidence to an experiment, asks a refuting question again, and turns the end into a verdict for
     * the report.
     */
    final class Extension implements ParameterResolver, InvocationInterceptor, AfterEachCallback {
        private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Extension.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            return type == Device.class
                    || type == Bench.class
                    || type == Evidence.class
                    || type == CompiledModels.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            if (type == Evidence.class) {
                return evidence(context);
            }
            if (type == CompiledModels.class) {
                return CompiledModels.of(context);
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
                if (Verdict.of(refutation) == Verdict.REFUTED
                        && hypothesis(context).askedAgain()) {
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
            if (then instanceof AssertionError
                    && String.valueOf(then.getMessage()).equals(refutation.getMessage())) {
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
                    return CompiledModels.of(context).whereItLooked();
                }
            }
            boolean compiled = types.contains(DenseTemplate.class) || types.contains(Bench.class);
            return compiled && lease != null && lease.device().provenance() == Provenance.CPU
                    ? "the device " + lease.device().name()
                            + " runs uncompiled models only, a template is a compiled one"
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
}
