package org.tensorizer.harness;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.template.DenseTemplate;

/** Every template of the run, each with every element of the list that {@link EveryTemplate#with} names. */
final class TemplateArguments implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        EveryTemplate wanted = AnnotationSupport.findAnnotation(context.getTestMethod(), EveryTemplate.class)
                .orElseThrow();
        List<DenseTemplate> templates = TemplateFolder.of(context).templates();
        Stream<Named<DenseTemplate>> named = templates.isEmpty()
                ? Stream.of(Named.of("no template", (DenseTemplate) null)) // HypothesisExtension says why
                : templates.stream().map(t -> Named.of(TemplateFolder.name(t), t));
        return wanted.with().isEmpty()
                ? named.map(Arguments::of)
                : named.flatMap(t -> list(context.getRequiredTestClass(), wanted.with()).stream()
                        .map(element -> Arguments.of(t, element)));
    }

    private static List<?> list(Class<?> type, String method) {
        return (List<?>) ReflectionSupport.invokeMethod(
                ReflectionSupport.findMethod(type, method)
                        .orElseThrow(() -> new IllegalArgumentException(
                                type.getSimpleName() + " has no static method " + method + "() that returns a list")),
                null);
    }
}
