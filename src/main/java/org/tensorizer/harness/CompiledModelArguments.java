package org.tensorizer.harness;

import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.tensorizer.model.TfliteModel;

/** The models of {@link EveryCompiledModel}, each under the name of its file. */
final class CompiledModelArguments implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        CompiledModels found = TemplateFolder.of(context).compiled();
        return found.models().isEmpty()
                ? Stream.of(Arguments.of(Named.of("no compiled model", (TfliteModel) null)))
                : found.models().stream().map(m -> Arguments.of(Named.of(TemplateFolder.name(m.name()), m)));
    }
}
