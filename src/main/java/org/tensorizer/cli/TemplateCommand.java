package org.tensorizer.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "template",
        description = "Makes compiled models without edgetpu_compiler, and holds compiled ones against ours.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TemplateDenseCommand.class, TemplateFromCommand.class, TemplateVerifyCommand.class})
final class TemplateCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "template: expected dense, from or verify");
    }
}
