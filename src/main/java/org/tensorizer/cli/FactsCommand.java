package org.tensorizer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.tensorizer.base.BadInputException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine;

/** A command that prints {@link Facts}: for a reader, or with {@code --json} for a program. */
abstract class FactsCommand implements Callable<Integer> {
    /** Exit status: done. */
    static final int OK = 0;

    /** An experiment was refuted, two things that should agree differ, or a device failed. */
    static final int REFUTED = 1;

    /** The input is at fault: arguments, files, models. Nothing was changed. */
    static final int BAD_INPUT = 2;

    @Spec
    CommandSpec spec;

    @Option(names = "--json", description = "Print JSON with stable field names instead of text.")
    boolean json;

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final void print(Facts facts) {
        out().print(json ? facts.toJson() + "\n" : Facts.Text.of(facts));
        out().flush();
    }

    /** One document for several files: a JSON array, or one block of text after the other. */
    final void printAll(List<Facts> several) {
        if (json) {
            out().println(Facts.toJson(several));
        } else {
            String gap = "";
            for (Facts facts : several) {
                out().print(gap + Facts.Text.of(facts));
                gap = "\n";
            }
        }
        out().flush();
    }

    /** Several files in one call: a bad one is reported and the others are still done; the status remembers it. */
    static final class EachFile {
        private final CommandLine line;
        private int status = FactsCommand.OK;

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
                    status = FactsCommand.BAD_INPUT;
                }
            }
            return results;
        }

        int status() {
            return status;
        }
    }
}
