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
import org.tensorizer.template.NotDenseException;

/**
 * The templates of a run: every compiled Dense layer in fixtures/templates and in the user's own folder. A file that is in
 * both counts once. Where there is neither folder, as in another project, an assembled one stands in.
 */
final class Templates {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Templates.class);
    static final Setting SETTING = new Setting("tensorizer.templates");
    private static final Path FIXTURES = Path.of("fixtures", "templates");

    private static final int ASSEMBLED = 1024;

    private final Map<String, DenseTemplate> bySha = new LinkedHashMap<>();
    private final Map<String, TfliteModel> compiled = new LinkedHashMap<>();
    private final Map<String, String> left = new LinkedHashMap<>();
    private final List<Path> folders;

    private Templates(List<Path> folders) {
        this.folders = folders;
        folders.forEach(this::read);
        if (folders.isEmpty()) {
            DenseShape shape = DenseShape.square(ASSEMBLED, ParameterFormat.PER_TENSOR);
            take(DenseTemplate.assemble(DenseSpec.of(shape)
                            .weights(DenseSpec.identityWeights(ASSEMBLED))
                            .build())
                    .model());
        }
    }

    static Templates of(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Templates.class, key -> open(context), Templates.class);
    }

    private static Templates open(ExtensionContext context) {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(FIXTURES)) {
            folders.add(FIXTURES);
        }
        Optional<String> named = context.getConfigurationParameter(SETTING.name())
                .filter(text -> !text.isBlank())
                .or(SETTING::value);
        if (named.isPresent()) {
            Path folder = InputFile.path(named.get());
            if (!Files.isDirectory(folder)) {
                throw new BadInputException(SETTING + "=" + folder + ": expected a folder of .tflite files");
            }
            folders.add(folder);
        }
        Templates opened = new Templates(folders);
        RunFacts facts = RunFacts.of(context);
        opened.bySha.forEach((sha, template) -> facts.put(
                "Template " + name(template),
                "SHA-256 " + sha + ", " + template.status().level().word()));
        opened.left.forEach((file, reason) -> facts.put("No template: " + file, reason));
        return opened;
    }

    private void read(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".tflite")).sorted().toList()) {
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

    private void take(TfliteModel model) {
        String file = Path.of(model.name()).getFileName().toString();
        if (!model.isCompiled()) {
            return; // the source models that stand beside templates
        }
        String sha = Sha256.of(model.bytes());
        compiled.putIfAbsent(sha, model);
        try {
            bySha.putIfAbsent(sha, DenseTemplate.of(model));
        } catch (NotDenseException e) {
            left.put(file, e.getMessage());
        }
    }

    List<DenseTemplate> templates() {
        return List.copyOf(bySha.values());
    }

    CompiledModels compiled() {
        return new CompiledModels(List.copyOf(compiled.values()), templates(), folders);
    }

    /** Why there may be no template, for the reader of the report. */
    String whereItLooked() {
        return "no compiled Dense template in " + folders + "; name a folder that has one with " + SETTING + "=DIR";
    }

    /** The file's name without folder and suffix, for people. */
    static String name(DenseTemplate template) {
        return name(template.name());
    }

    static String name(String file) {
        return Printable.name(Path.of(file).getFileName().toString().replaceFirst("(_edgetpu)?\\.tflite$", ""));
    }
}
