package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.TemplateVerification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description =
                "Holds a compiled Dense model against what Tensorizer writes for the same layer: same, or different"
                        + " where, field by field.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Ends with status 1 if a program differs. A compile of a size that is only extrapolated so"
                    + " far is worth contributing: send the output of this command with --json, the source model and the"
                    + " compiler's version."
        })
final class TemplateVerifyCommand extends FactsCommand {
    @Parameters(paramLabel = "COMPILED", arity = "1..*", description = "Compiled .tflite files.")
    private List<Path> files;

    @Override
    public Integer call() {
        EachFile each = new EachFile(spec.commandLine());
        List<TemplateVerification> all = each.of(files, file -> TemplateVerification.of(TfliteModel.read(file)));
        if (json) {
            printAll(all.stream().map(VerificationFacts::of).toList());
        } else {
            all.forEach(out()::println);
            out().flush();
        }
        boolean same = all.stream().allMatch(TemplateVerification::isProgramSame);
        return each.status() != ExitCode.OK ? each.status() : same ? ExitCode.OK : ExitCode.REFUTED;
    }
}
