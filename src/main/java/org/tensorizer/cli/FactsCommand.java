package org.tensorizer.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that prints {@link Facts}: for a reader, or with {@code --json} for a program. */
abstract class FactsCommand implements Callable<Integer> {
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
        out().print(json ? facts.toJson() + "\n" : FactsText.of(facts));
        out().flush();
    }

    /** One document for several files: a JSON array, or one block of text after the other. */
    final void printAll(List<Facts> several) {
        if (json) {
            out().println(Facts.toJson(several));
        } else {
            String gap = "";
            for (Facts facts : several) {
                out().print(gap + FactsText.of(facts));
                gap = "\n";
            }
        }
        out().flush();
    }
}
