package org.tensorizer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.model.Executable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "parse",
        description = "Shows every field of the executables in a compiled model, an extracted folder, a serialized"
                + " package or a single serialized executable.",
        footer = {
            "",
            "Examples:",
            "  tensorizer parse model_edgetpu.tflite --executable 1",
            "  tensorizer extract model_edgetpu.tflite --out parts && tensorizer parse parts"
        })
final class ParseCommand extends FactsCommand {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files or folders written by extract.")
    private List<Path> files;

    @Option(names = "--executable", paramLabel = "N", description = "Only the executable with this index.")
    private Integer executable;

    @Override
    public Integer call() {
        return each(files, this::facts);
    }

    private Facts facts(Path file) {
        Facts facts = new Facts().put("file", file);
        List<Facts> executables = new ArrayList<>();
        if (Files.isDirectory(file)) {
            List<Path> parts = serialized(file);
            for (Path part : executable == null ? parts : List.of(chosen(file, parts))) {
                executables.add(new Facts()
                        .put("file", part.getFileName())
                        .putAll(ModelFacts.everything(Executable.parse(part.toString(), InputFile.read(part)))));
            }
            return facts.put("executables", executables);
        }
        ModelFile model = ModelFile.read(file);
        return facts.list("packages", model.packages(), ModelFacts::edgeTpuPackage)
                .list("executables", model.chosen(executable), ModelFacts::everything);
    }

    /** The one with the index that was asked for; where there are several packages, of the first that has it. */
    private Path chosen(Path folder, List<Path> parts) {
        return parts.stream()
                .filter(part -> part.getFileName().toString().endsWith("_executable" + executable + ".bin"))
                .findFirst()
                .orElseThrow(() ->
                        new BadInputException(folder + ": no executable " + executable + " in this folder, it has "
                                + parts.stream().map(Path::getFileName).toList()));
    }

    /** The executables in a folder that extract wrote. */
    private static List<Path> serialized(Path folder) {
        try (Stream<Path> list = Files.list(folder)) {
            List<Path> found = list.filter(
                            path -> path.getFileName().toString().matches("package\\d+_executable\\d+\\.bin"))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new BadInputException(
                        folder + ": no packageN_executableM.bin in this folder, was it written by extract?");
            }
            return found;
        } catch (IOException e) {
            throw new BadInputException(folder + ": cannot be listed: " + e.getMessage(), e);
        }
    }
}
