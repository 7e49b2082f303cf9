package org.tensorizer.harness;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate;

/**
 * Every compiled model of this run, template or not: those in fixtures/templates and those in the folder that
 * {@code -Dtensorizer.templates=DIR} names. For experiments that look for a certain file or compare several; handed to them
 * as a parameter.
 *
 * @param models in the order of folders and file names, each once
 * @param templates those of them that are Dense layers
 * @param lookedIn the folders
 */
public record CompiledModels(List<TfliteModel> models, List<DenseTemplate> templates, List<Path> lookedIn) {
    public CompiledModels {
        models = List.copyOf(models);
        templates = List.copyOf(templates);
        lookedIn = List.copyOf(lookedIn);
    }

    /**
     * The model of a file.
     *
     * @param name its name without folder
     */
    public Optional<TfliteModel> file(String name) {
        return models.stream()
                .filter(m -> Path.of(m.name()).getFileName().toString().equals(name))
                .findFirst();
    }
}
