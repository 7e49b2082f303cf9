package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description =
                "Compares two compiled models: regions, tokens, instructions by field, payload by layer and weight.",
        mixinStandardHelpOptions = true,
        footer = {"", "Ends with status 1 if they differ. Example: tensorizer diff original.tflite patched.tflite"})
final class DiffCommand extends FactsCommand {
    @Parameters(index = "0", paramLabel = "A", description = "A compiled .tflite.")
    private Path a;

    @Parameters(index = "1", paramLabel = "B", description = "Another.")
    private Path b;

    @Option(
            names = "--cells",
            paramLabel = "N",
            description = "Show the first N payload bytes that differ in each layer. Default: 16.")
    private int cells = 16;

    @Override
    public Integer call() {
        ModelFile left = ModelFile.read(a);
        ModelFile right = ModelFile.read(b);
        List<Executable> ours = left.chosen(null);
        List<Executable> theirs = right.chosen(null);
        if (ours.size() != theirs.size()) {
            throw new BadInputException(a + " has " + ours.size() + " executables, " + b + " has " + theirs.size()
                    + ": these models cannot be compared part by part");
        }
        List<Facts> executables = new ArrayList<>();
        int accounted = 0;
        for (int i = 0; i < ours.size(); i++) {
            Executable x = ours.get(i);
            Executable y = theirs.get(i);
            int inParameters = differing(left, x.parameters(), right, y.parameters());
            accounted += Math.max(0, inParameters);
            executables.add(new Facts()
                    .put("executable", x.index())
                    .put("type", x.type())
                    .put("range_a", x.range())
                    .put("range_b", y.range())
                    .put("token_same", x.token() == y.token())
                    .put("parameter_bytes_a", x.parameters().length())
                    .put("parameter_bytes_b", y.parameters().length())
                    .put("parameter_bytes_that_differ", inParameters < 0 ? null : inParameters)
                    .put("instructions", instructions(left, x, right, y)));
        }
        boolean identical = Arrays.equals(left.bytes(), right.bytes());
        Facts facts = new Facts()
                .put("a", a.toString())
                .put("b", b.toString())
                .put("identical", identical)
                .put("bytes_a", left.bytes().length)
                .put("bytes_b", right.bytes().length)
                .put("executables", executables);
        if (accounted > 0) {
            facts.put(
                    "payload",
                    LayerDiff.of(
                            TfliteModel.parse(a.toString(), left.bytes()),
                            TfliteModel.parse(b.toString(), right.bytes()),
                            cells));
        }
        print(facts);
        return identical ? OK : REFUTED;
    }

    /** Bytes that differ, -1 if the lengths do. */
    private static int differing(ModelFile left, ByteRange x, ModelFile right, ByteRange y) {
        if (x.length() != y.length()) {
            return -1;
        }
        int count = 0;
        for (int i = 0; i < x.length(); i++) {
            if (left.bytes()[x.start() + i] != right.bytes()[y.start() + i]) {
                count++;
            }
        }
        return count;
    }

    private static List<Facts> instructions(ModelFile left, Executable x, ModelFile right, Executable y) {
        List<Facts> chunks = new ArrayList<>();
        for (int c = 0; c < Math.min(x.chunks().size(), y.chunks().size()); c++) {
            StreamDiff diff = StreamDiff.of(
                    left.frame(x, x.chunks().get(c)), right.frame(y, y.chunks().get(c)));
            chunks.add(new Facts()
                    .put("chunk", c)
                    .put("identical", diff.isIdentical())
                    .put("changed_fields", diff.changedFields()));
        }
        return chunks;
    }
}
