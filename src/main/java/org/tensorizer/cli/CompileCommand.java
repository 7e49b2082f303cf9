package org.tensorizer.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.EdgeTpuCompiler;
import org.tensorizer.template.NotDenseException;
import org.tensorizer.template.TemplateVerification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compile",
        description =
                "Runs Google's edgetpu_compiler where it is installed, reads its log and, for a Dense layer, compares"
                        + " its program with ours.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The compiler is looked for on PATH, or named with -Dtensorizer.compiler=FILE. It exists for Linux on x86-64"
                    + " only and is archived; 'template dense' and 'template from' do without it."
        })
final class CompileCommand extends FactsCommand {
    @Parameters(paramLabel = "SOURCE", description = "An uncompiled, fully quantized .tflite.")
    private Path source;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for the compiled model. Default: this one.")
    private Path folder = Path.of("");

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Kill the compiler after this. Default: 180.")
    private int timeout = 180;

    @Override
    public Integer call() {
        TfliteModel.read(source);
        EdgeTpuCompiler.Compilation compilation =
                EdgeTpuCompiler.require().compile(source, folder, Duration.ofSeconds(timeout));
        Facts facts = new Facts().put("source", source.toString());
        TemplateFacts.of(compilation).entries().forEach(facts::put);
        boolean same = true;
        try {
            TemplateVerification verification = TemplateVerification.of(TfliteModel.read(compilation.model()));
            same = verification.isProgramSame();
            facts.put("against_ours", TemplateFacts.of(verification));
        } catch (NotDenseException reason) {
            facts.put("against_ours", "not compared: " + reason.getMessage());
        }
        print(facts);
        return same ? OK : REFUTED;
    }
}
