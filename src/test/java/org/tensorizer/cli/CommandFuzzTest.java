package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.fuzz.FlatDamage;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** Every command that only reads, on damaged models: one of its three statuses, never a stack trace. */
class CommandFuzzTest {
    @TempDir
    private Path folder;

    /** A command's own objects and text come on top of what the reader takes; picocli's are most of it. */
    @Test
    void everyCommandEndsInAStatus(TestReporter reporter) throws IOException {
        byte[] sound = Files.readAllBytes(Shell.IDENTITY);
        TfliteModel model = TfliteModel.parse("sound", sound);
        List<ByteRange> bulk = new ArrayList<>();
        model.onlyPackage().executables().stream().map(Executable::parameters).forEach(bulk::add);
        FlatDamage damage = new FlatDamage(sound, Mutator.sparing(sound, bulk));
        List<Target> targets = new ArrayList<>();
        for (List<String> command : List.of(
                List.of("inspect", "FILE"),
                List.of("parse", "FILE", "--json"),
                List.of("disassemble", "FILE"),
                List.of("disassemble", "FILE", "--diff", Shell.IDENTITY.toString()),
                List.of("diff", "FILE", Shell.IDENTITY.toString()),
                List.of("extract", "FILE", "--overwrite", "--out", "OUT"),
                List.of("patch", "FILE", "--dry-run", "--mode", "zero"),
                List.of("template", "verify", "FILE"),
                List.of("recover", "FILE", "--device", "nothing"))) {
            targets.add(new Target(command.get(0), sound, damage, (name, bytes) -> run(command, bytes)));
        }
        new Fuzz(1, BadInputException.class, 16 << 20, 48).run(targets, reporter);
    }

    private void run(List<String> command, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("model.tflite"), bytes);
        Shell shell = Shell.run(command.stream()
                .map(word -> word.equals("FILE") ? file : word.equals("OUT") ? folder.resolve("out") : word)
                .toArray());
        assertThat(shell.err()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(shell.status()).isBetween(FactsCommand.OK, FactsCommand.BAD_INPUT);
        if (shell.status() == FactsCommand.BAD_INPUT) {
            throw new BadInputException(shell.err());
        }
    }
}
