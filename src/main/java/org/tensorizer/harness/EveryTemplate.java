package org.tensorizer.harness;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate;

/**
 * A test method that runs once for every model of the run: those in fixtures/templates and those in the folder that
 * {@code -Dtensorizer.templates=DIR} names. Its first parameter says which: a {@link DenseTemplate} for every compiled Dense
 * layer, a {@link TfliteModel} for every compiled model, Dense or not.
 *
 * <p>Files in the folder that are no such model are left out, and the report says why. A file that is damaged fails the run.
 * Without any model the method is not applicable.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest(name = "{arguments}")
@ArgumentsSource(EveryTemplate.Source.class)
public @interface EveryTemplate {
    /**
     * Name of a static method of the class, without parameters, that returns a list; the method then runs for every
     * template with every element of the list, which is its second parameter. Elements need a stable {@code toString}.
     */
    String with() default "";

    /**
     * Instead of the models of the run, square int8 Dense templates of these sizes (identity quantization, one weight scale)
     * that Tensorizer assembles one at a time. Such methods are slow: tag them {@code large}, which a plain {@code mvn test}
     * leaves out and {@code mvn test -DexcludedGroups=long} runs.
     */
    int[] assembled() default {};

    /** The models that the annotation asks for. */
    final class Source implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            Method method = context.getRequiredTestMethod();
            EveryTemplate wanted = AnnotationSupport.findAnnotation(method, EveryTemplate.class)
                    .orElseThrow();
            Stream<Named<?>> models = models(method.getParameterTypes()[0], wanted, context);
            return wanted.with().isEmpty()
                    ? models.map(Arguments::of)
                    : models.flatMap(model -> list(context.getRequiredTestClass(), wanted.with()).stream()
                            .map(element -> Arguments.of(model, element)));
        }

        private static Stream<Named<?>> models(Class<?> type, EveryTemplate wanted, ExtensionContext context) {
            if (wanted.assembled().length > 0) {
                return Arrays.stream(wanted.assembled()).mapToObj(Source::assemble);
            }
            CompiledModels run = CompiledModels.of(context);
            Stream<Named<?>> found = type == TfliteModel.class
                    ? run.models().stream().map(model -> Named.of(CompiledModels.name(model.name()), model))
                    : run.templates().stream().map(template -> Named.of(CompiledModels.name(template), template));
            List<Named<?>> all = found.toList();
            return all.isEmpty()
                    ? Stream.of(Named.of("no model", null))
                    : all.stream(); // Hypothesis.Extension says why
        }

        private static Named<?> assemble(int size) {
            DenseTemplate template = CompiledModels.assembled(size);
            return Named.of(
                    "assembled " + size + " (" + template.status().level().word() + ")", template);
        }

        private static List<?> list(Class<?> type, String method) {
            return (List<?>) ReflectionSupport.invokeMethod(
                    ReflectionSupport.findMethod(type, method)
                            .orElseThrow(() -> new IllegalArgumentException(type.getSimpleName()
                                    + " has no static method " + method + "() that returns a list")),
                    null);
        }
    }
}
