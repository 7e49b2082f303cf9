package org.tensorizer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorizer.isa.InstructionSetPage;
import org.tensorizer.model.BadInputException;
import org.tensorizer.patch.AtomicFile;
import org.tensorizer.patch.Existing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "reference",
        description = "Writes reference pages: the instruction set (HTML, opens from the disk) and the commands"
                + " (Markdown).",
        mixinStandardHelpOptions = true)
final class ReferenceCommand extends FactsCommand {
    @Option(names = "--isa", paramLabel = "FILE.html", description = "The instruction set, drawn from its tables.")
    private Path isa;

    @Option(names = "--commands", paramLabel = "FILE.md", description = "Every command and option.")
    private Path commands;

    @Override
    public Integer call() throws IOException {
        if (isa == null && commands == null) {
            throw new BadInputException("reference: expected --isa FILE.html or --commands FILE.md");
        }
        Facts facts = new Facts();
        if (isa != null) {
            write(isa, InstructionSetPage.html());
            facts.put("instruction_set", isa.toString());
        }
        if (commands != null) {
            write(commands, CommandReference.markdown());
            facts.put("commands", commands.toString());
        }
        print(facts);
        return ExitCode.OK;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        AtomicFile.write(file, text.getBytes(UTF_8), Existing.REPLACE);
    }
}
