package org.tensorizer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
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
        AtomicFiles files = new AtomicFiles(Existing.REPLACE);
        if (isa != null) {
            add(files, isa, InstructionSetPage.html());
            facts.put("instruction_set", isa.toString());
        }
        if (commands != null) {
            add(files, commands, CommandReference.markdown());
            facts.put("commands", commands.toString());
        }
        files.write();
        print(facts);
        return ExitCode.OK;
    }

    private static void add(AtomicFiles files, Path file, String text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        files.add(file, text.getBytes(UTF_8));
    }
}
