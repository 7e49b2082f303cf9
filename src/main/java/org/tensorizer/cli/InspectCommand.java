package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.tensorizer.base.BadInputException;
import org.tensorizer.isa.Chip;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.TemplateReader;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = "Shows what is in a model: tensors, operators, packages, executables with absolute byte ranges,"
                + " instruction chunks, payload, tokens, and what is known of it as a template: a"
                + " Dense layer or a convolution.",
        footer = {"", "Example: tensorizer inspect fixtures/*_edgetpu.tflite"})
final class InspectCommand extends FactsCommand {
    /**
     * The memory of all tiles that holds parameters; activations of large layers take some of it too, so the compiler may
     * leave less. Derived from the geometry of the chip.
     */
    private static final long PARAMETER_MEMORY = (long) Chip.TILES * Chip.WIDE_ROWS * Chip.ROW_BYTES;

    /** Bytes of instructions. Programs of one convolution are smaller, also with sixteen different parts. */
    private static final int LARGEST_LAYER = 1 << 17;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "One or more .tflite files.")
    private List<Path> files;

    @Override
    public Integer call() {
        return each(files, file -> facts(TfliteModel.read(file)));
    }

    static Facts facts(TfliteModel model) {
        // most of the time goes into digests: that of the file runs beside those of its executables
        CompletableFuture<String> sha256 = CompletableFuture.supplyAsync(model::sha256);
        Facts facts = new Facts()
                .put("file", model.name())
                .put("bytes", model.size())
                .put("sha256", sha256.join())
                .put("compiled", model.isCompiled())
                .put("tflite_version", model.version())
                .put("description", model.description())
                .put("tensors", ModelFacts.edgeTensors(model))
                .list("operators", model.operators(), ModelFacts::operator);
        if (model.isCompiled()) {
            Facts dense = dense(model);
            facts.put("on_chip", onChip(model))
                    .list(
                            "packages",
                            model.packages(),
                            edgeTpu -> ModelFacts.edgeTpuPackage(edgeTpu)
                                    .list(
                                            "executables",
                                            edgeTpu.executables(),
                                            each -> ModelFacts.executable(model, each)))
                    .put("dense", dense);
            if (!Boolean.TRUE.equals(dense.entries().get("template"))) {
                facts.put("convolution", convolution(model));
            }
        }
        return facts;
    }

    /**
     * What edgetpu_compiler prints at the end of a compile, as far as the compiled file still tells it: parameters that stay
     * on the chip are those of the PARAMETER_CACHING executables, those of other executables are sent at each inference.
     */
    static Facts onChip(TfliteModel model) {
        Map<Boolean, Long> bytes = model.packages().stream()
                .flatMap(each -> each.executables().stream())
                .collect(Collectors.partitioningBy(
                        each -> each.type() == Executable.ExecutableType.PARAMETER_CACHING,
                        Collectors.summingLong(each -> each.parameters().length())));
        long cached = bytes.get(true);
        long mapped = model.operators().stream().filter(Operator::isEdgeTpu).count();
        return new Facts()
                .put("parameter_bytes_cached", cached)
                .put("parameter_memory_bytes", PARAMETER_MEMORY)
                .put("parameter_bytes_remaining_at_most", Math.max(0, PARAMETER_MEMORY - cached))
                .put("parameter_bytes_streamed", bytes.get(false))
                .put("edge_tpu_operations", mapped)
                .put("cpu_operations", model.operators().size() - mapped);
    }

    /** Larger programs are not followed to find out: {@code explain} does that. */
    private static Facts convolution(TfliteModel model) {
        long largest = model.packages().stream()
                .flatMap(each -> each.executables().stream())
                .flatMap(each -> each.chunks().stream())
                .mapToLong(chunk -> chunk.range().length())
                .max()
                .orElse(0);
        String reason = "a program of " + largest + " bytes, expected one layer's, at most " + LARGEST_LAYER
                + "; explain maps any network";
        try {
            if (largest <= LARGEST_LAYER) {
                return TemplateFacts.of(TemplateReader.of(model));
            }
        } catch (BadInputException e) {
            reason = e.getMessage();
        }
        return new Facts().put("template", false).put("reason", reason);
    }

    private static Facts dense(TfliteModel model) {
        try {
            return TemplateFacts.of(DenseTemplate.of(model));
        } catch (NotDenseException reason) {
            return new Facts().put("template", false).put("reason", reason.getMessage());
        }
    }
}
