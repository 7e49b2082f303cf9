package org.tensorizer.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Printable;
import org.tensorizer.base.Setting;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.DenseTemplate.NotDenseException;

/**
 * Every compiled model of this run, template or not: those in fixtures/templates and those in the folder that
 * {@code -Dtensorizer.templates=DIR} names; one that is in both counts once. Where there is neither folder, as in another
 * project, an assembled template stands in. For experiments that look for a certain file or compare several; handed to them
 * as a parameter.
 *
 * @param models in the order of folders and file names, each once
 * @param templates those of them that are Dense layers
 * @param lookedIn the folders
 */
public record CompiledModels(List<TfliteModel> models, List<DenseTemplate> templates, List<Path> lookedIn) {
    static final Setting SETTING = new Setting("tensorizer.templates");

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(CompiledModels.class);
    private static final Path FIXTURES = Path.of("fixtures", "templates");
    private static final int ASSEMBLED = 1024;

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

    /** Those of the run, read once; the report says which, and why a file is none. */
    static CompiledModels of(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(CompiledModels.class, key -> read(context), CompiledModels.class);
    }

    private static CompiledModels read(ExtensionContext context) {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(FIXTURES)) {
            folders.add(FIXTURES);
        }
        context.getConfigurationParameter(SETTING.name())
                .filter(text -> !text.isBlank())
                .or(SETTING::value)
                .map(CompiledModels::folder)
                .ifPresent(folders::add);
        Found found = new Found();
        folders.forEach(found::read);
        if (folders.isEmpty()) {
            found.take(assembled(ASSEMBLED).model());
        }
        RunFacts facts = RunFacts.of(context);
        found.templates.forEach((sha, template) -> facts.put(
                "Template " + name(template),
                "SHA-256 " + sha + ", " + template.status().level().word()));
        found.left.forEach((file, reason) -> facts.put("No template: " + file, reason));
        return new CompiledModels(List.copyOf(found.models.values()), List.copyOf(found.templates.values()), folders);
    }

    /** @throws BadInputException the setting names no folder */
    static Path folder(String setting) {
        Path folder = InputFile.path(setting);
        if (!Files.isDirectory(folder)) {
            throw new BadInputException(SETTING + "=" + folder + ": expected a folder of .tflite files");
        }
        return folder;
    }

    /** A square int8 template: identity quantization, one weight scale, the identity as its weights. */
    static DenseTemplate assembled(int size) {
        return DenseTemplate.assemble(DenseSpec.of(DenseShape.square(size, ParameterFormat.PER_TENSOR))
                .weights(DenseSpec.identityWeights(size))
                .build());
    }

    /** Why there may be no template, for the reader of the report. */
    String whereItLooked() {
        return "no compiled Dense template in " + lookedIn + "; name a folder that has one with " + SETTING + "=DIR";
    }

    /** The file's name without folder and suffix, for people. */
    static String name(DenseTemplate template) {
        return name(template.name());
    }

    static String name(String file) {
        return Printable.name(Path.of(file).getFileName().toString().replaceFirst("(_edgetpu)?\\.tflite$", ""));
    }

    /** What the folders hold, by SHA-256; of a file that is no template the reason. */
    private static final class Found {
        private final Map<String, TfliteModel> models = new LinkedHashMap<>();
        private final Map<String, DenseTemplate> templates = new LinkedHashMap<>();
        private final Map<String, String> left = new LinkedHashMap<>();

        void read(Path folder) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".tflite"))
                        .sorted()
                        .toList()) {
                    try {
                        take(TfliteModel.read(file));
                    } catch (BadInputException e) {
                        left.put(file.getFileName().toString(), "cannot be read: " + e.getMessage());
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The source models that stand beside templates are no compiled ones. */
        void take(TfliteModel model) {
            if (!model.isCompiled()) {
                return;
            }
            String sha = Sha256.of(model.bytes());
            models.putIfAbsent(sha, model);
            try {
                templates.putIfAbsent(sha, DenseTemplate.of(model));
            } catch (NotDenseException e) {
                left.put(Path.of(model.name()).getFileName().toString(), e.getMessage());
            }
        }
    }
}
