package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.NotDenseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description = "Compares two compiled models: regions, tokens, instructions by field, payload by (out, in).",
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
            description = "Show the first N payload bytes that differ. Default: 16.")
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
            facts.put("payload", cells(left, right));
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

    /** Payload bytes that differ, by what they are. */
    private Facts cells(ModelFile left, ModelFile right) {
        DenseTemplate x;
        DenseTemplate y;
        try {
            x = DenseTemplate.of(TfliteModel.parse(a.toString(), left.bytes()));
            y = DenseTemplate.of(TfliteModel.parse(b.toString(), right.bytes()));
        } catch (NotDenseException e) {
            return new Facts().put("layout", "unknown: " + e.getMessage());
        }
        if (!x.shape().equals(y.shape())) {
            return new Facts().put("layout", x.shape() + " against " + y.shape());
        }
        TreeSet<Integer> rows = new TreeSet<>();
        TreeSet<Integer> columns = new TreeSet<>();
        List<Facts> shown = new ArrayList<>();
        int weights = 0;
        int others = 0;
        for (int offset = 0; offset < x.payload().length(); offset++) {
            byte before = left.bytes()[x.payload().start() + offset];
            byte after = right.bytes()[y.payload().start() + offset];
            if (before == after) {
                continue;
            }
            ByteRole role = x.layout().role(offset);
            if (role instanceof ByteRole.Weight weight) {
                weights++;
                rows.add(weight.out());
                columns.add(weight.in());
            } else {
                others++;
            }
            if (shown.size() < cells) {
                Facts cell = new Facts().put("offset", offset);
                ModelFacts.role(role).entries().forEach(cell::put);
                shown.add(cell.put("a", before & 0xff).put("b", after & 0xff));
            }
        }
        return new Facts()
                .put("layer", ModelFacts.dense(x.shape()))
                .put("weights_changed", weights)
                .put("output_channels_touched", rows.size())
                .put("input_channels_touched", columns.size())
                .put("header_and_padding_bytes_changed", others)
                .put("first", shown);
    }
}
