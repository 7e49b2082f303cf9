package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.Sha256;
import org.tensorizer.template.ChainSpec;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.SourceModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "from",
        description = "Compiles a quantized .tflite of Dense layers, one or a chain such as 784-64-10, without the"
                + " compiler. What cannot be compiled is refused, naming operator and reason.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: tensorizer template from mlp.tflite --output mlp_edgetpu.tflite"})
final class TemplateFromCommand extends FactsCommand {
    @Parameters(paramLabel = "SOURCE", description = "An uncompiled, fully quantized .tflite.")
    private Path source;

    @Option(names = "--output", required = true, paramLabel = "F", description = "The compiled model.")
    private Path output;

    @Option(names = "--overwrite", description = "Replace F if it exists.")
    private boolean overwrite;

    @Override
    public Integer call() {
        SourceModel model = SourceModel.read(source);
        ChainSpec chain = model.chain();
        byte[] compiled = model.compile();
        AtomicFiles.write(output, compiled, overwrite ? Existing.REPLACE : Existing.REFUSE, source);
        print(new Facts()
                .put("source", source.toString())
                .put("output", output.toString())
                .put("bytes", compiled.length)
                .put("sha256", Sha256.of(compiled))
                .put("layers", layers(chain))
                .put("status", chain.status().level().word())
                .put("status_reason", chain.status().reason())
                .put("notes", model.notes()));
        return ExitCode.OK;
    }

    private static List<Facts> layers(ChainSpec chain) {
        return chain.layers().stream()
                .map(DenseSpec::shape)
                .map(shape -> new Facts()
                        .put("inputs", shape.inputs())
                        .put("outputs", shape.outputs())
                        .put("parameter_format", shape.format())
                        .put("activation", shape.activation())
                        .put("payload_bytes", shape.payloadBytes()))
                .toList();
    }
}
