package org.tensorizer.harness;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/** Assembles the templates of {@link AssembledTemplates}, one at a time. */
final class AssembledArguments implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        AssembledTemplates wanted = AnnotationSupport.findAnnotation(context.getTestMethod(), AssembledTemplates.class)
                .orElseThrow();
        return Arrays.stream(wanted.value()).mapToObj(AssembledArguments::assemble);
    }

    private static Arguments assemble(int size) {
        DenseShape shape = DenseShape.square(size, ParameterFormat.PER_TENSOR);
        DenseTemplate template = DenseTemplate.assemble(
                DenseSpec.of(shape).weights(DenseSpec.identityWeights(size)).build());
        return Arguments.of(
                Named.of("assembled " + size + " (" + template.status().level().word() + ")", template));
    }
}
