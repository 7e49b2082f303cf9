package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.tensorizer.base.BadInputException;
import picocli.CommandLine;

/** Several files in one call: a bad one is reported and the others are still done; the status remembers it. */
final class EachFile {
    private final CommandLine line;
    private int status = ExitCode.OK;

    EachFile(CommandLine line) {
        this.line = line;
    }

    <T> List<T> of(List<Path> files, Function<Path, T> work) {
        List<T> results = new ArrayList<>();
        for (Path file : files) {
            try {
                results.add(work.apply(file));
            } catch (BadInputException problem) {
                if (files.size() == 1) {
                    throw problem;
                }
                Main.complain(line, problem.getMessage());
                status = ExitCode.BAD_INPUT;
            }
        }
        return results;
    }

    int status() {
        return status;
    }
}
