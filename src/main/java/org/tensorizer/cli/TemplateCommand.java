package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.ChainSpec;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.SourceModel;
import org.tensorizer.template.TemplateVerification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "template",
        description = "Makes compiled models without edgetpu_compiler, and holds compiled ones against ours.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TemplateDenseCommand.class,
            TemplateConvCommand.class,
            TemplateCommand.From.class,
            TemplateCommand.Verify.class
        })
final class TemplateCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "template: expected dense, conv, from or verify");
    }

    @Command(
            name = "from",
            description = "Compiles a quantized .tflite of Dense layers, one or a chain such as 784-64-10, without the"
                    + " compiler. What cannot be compiled is refused, naming operator and reason.",
            footer = {"", "Example: tensorizer template from mlp.tflite --output mlp_edgetpu.tflite"})
    static final class From extends FactsCommand {
        @Parameters(paramLabel = "SOURCE", description = "An uncompiled, fully quantized .tflite.")
        private Path source;

        @Option(
                names = "--token",
                paramLabel = "HEX",
                description = "Fixed parameter-caching token. Default: a fresh one.")
        private String token;

        @Option(
                names = {"-o", "--output"},
                required = true,
                paramLabel = "F",
                description = "The compiled model.")
        private Path output;

        @Mixin
        private Options.Overwrite overwrite;

        @Override
        public Integer call() {
            TfliteModel read = TfliteModel.read(source);
            SourceModel model = SourceModel.of(read);
            ChainSpec chain = token == null ? model.chain() : model.chain(TemplateDenseCommand.token(token));
            byte[] compiled = CompiledModelWriter.write(chain);
            overwrite.files(source).add(output, compiled).write();
            print(new Facts()
                    .put("source", source)
                    .put("output", output)
                    .put("bytes", compiled.length)
                    .put("sha256", Sha256.of(compiled))
                    .list("layers", chain.shapes(), ModelFacts::dense)
                    .put("on_chip", InspectCommand.onChip(TfliteModel.parse(output.toString(), compiled)))
                    .put("source_operations_mapped", read.operators().size())
                    .put("status", chain.status().level().word())
                    .put("status_reason", chain.status().reason())
                    .put("notes", model.notes()));
            return OK;
        }
    }

    @Command(
            name = "verify",
            description =
                    "Holds a compiled Dense model against what Tensorizer writes for the same layer: same, or different"
                            + " where, field by field.",
            footer = {
                "",
                "Ends with status 1 if a program differs. A compile of a size that is only extrapolated so"
                        + " far is worth contributing: send the output of this command with --json, the source model and the"
                        + " compiler's version."
            })
    static final class Verify extends FactsCommand {
        @Parameters(paramLabel = "COMPILED", arity = "1..*", description = "Compiled .tflite files.")
        private List<Path> files;

        @Override
        public Integer call() {
            AtomicBoolean same = new AtomicBoolean(true);
            int status = each(files, file -> {
                TemplateVerification verification = TemplateVerification.of(TfliteModel.read(file));
                same.compareAndSet(true, verification.isProgramSame());
                if (!json) {
                    out().println(verification);
                }
                return json ? TemplateFacts.of(verification) : null;
            });
            return status != OK ? status : same.get() ? OK : REFUTED;
        }
    }
}
