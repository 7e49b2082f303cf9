package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.LayerOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description =
                "Compares two compiled models: regions, tokens, instructions by field, payload by layer and weight.",
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
                .put("a", a)
                .put("b", b)
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
        return (int) IntStream.range(0, x.length())
                .filter(i -> left.bytes()[x.start() + i] != right.bytes()[y.start() + i])
                .count();
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

    /** The payload bytes in which two compiled networks differ, by layer and by what they are. */
    private static final class LayerDiff {
        private final Network a;
        private final Network b;
        private final byte[] before;
        private final byte[] after;
        private final int limit;

        private LayerDiff(Network a, Network b, int limit) {
            this.a = a;
            this.b = b;
            this.before = a.trace().payload();
            this.after = b.trace().payload();
            this.limit = limit;
        }

        /** @param limit how many bytes of each layer are shown one by one */
        static Facts of(TfliteModel a, TfliteModel b, int limit) {
            try {
                return new LayerDiff(Network.of(a), Network.of(b), limit).facts();
            } catch (BadInputException e) {
                return new Facts().put("layout", "unknown: " + e.getMessage());
            }
        }

        private Facts facts() {
            if (a.layers().size() != b.layers().size()) {
                return new Facts()
                        .put(
                                "layout",
                                a.layers().size() + " layers against "
                                        + b.layers().size());
            }
            List<Facts> layers = new ArrayList<>();
            BitSet elsewhere = new BitSet();
            for (int i = 0; i < Math.min(before.length, after.length); i++) {
                elsewhere.set(i, before[i] != after[i]);
            }
            int same = 0;
            for (int i = 0; i < a.layers().size(); i++) {
                LayerOperator x = a.layer(i);
                LayerOperator y = b.layer(i);
                elsewhere.clear(x.offset(), x.offset() + x.layout().size());
                Facts facts = new Facts().put("layer", i).put("kind", x.toString());
                if (!x.toString().equals(y.toString())
                        || x.offset() != y.offset()
                        || !x.layout().equals(y.layout())) {
                    layers.add(facts.put("layout", x + " at " + x.offset() + " against " + y + " at " + y.offset()));
                } else if (differing(x).isEmpty()) {
                    same++;
                } else {
                    layers.add(bytes(x, facts));
                }
            }
            return new Facts()
                    .put("layers_that_differ", layers)
                    .put("layers_that_are_the_same", same)
                    .put("payload_bytes_of_no_layer_changed", elsewhere.cardinality());
        }

        /** Offsets from the layer's start. */
        private BitSet differing(LayerOperator layer) {
            BitSet differing = new BitSet();
            for (int i = 0; i < layer.layout().size(); i++) {
                differing.set(i, before[layer.offset() + i] != after[layer.offset() + i]);
            }
            return differing;
        }

        private Facts bytes(LayerOperator layer, Facts facts) {
            PayloadLayout layout = layer.layout();
            BitSet rows = new BitSet();
            BitSet columns = new BitSet();
            BitSet taps = new BitSet();
            BitSet biases = new BitSet();
            BitSet scales = new BitSet();
            BitSet zeroPoints = new BitSet();
            List<Facts> shown = new ArrayList<>();
            int weights = 0;
            int padding = 0;
            BitSet differing = differing(layer);
            for (int offset = differing.nextSetBit(0); offset >= 0; offset = differing.nextSetBit(offset + 1)) {
                ByteRole role = layout.role(offset);
                if (role instanceof ByteRole.Weight weight) {
                    weights++;
                    rows.set(weight.out());
                    columns.set(weight.in());
                    taps.set(weight.ky() * layout.width() + weight.kx());
                    List<Integer> index = List.of(weight.out(), weight.ky(), weight.kx(), weight.in());
                    show(shown, layer, offset, "weight", index);
                } else if (role instanceof ByteRole.Bias bias) {
                    word(biases, bias.out(), shown, layer, offset, "bias");
                } else if (role instanceof ByteRole.Scale scale) {
                    word(scales, scale.out(), shown, layer, offset, "scale");
                } else if (role instanceof ByteRole.ZeroPoint zeroPoint) {
                    word(zeroPoints, zeroPoint.out(), shown, layer, offset, "zero_point");
                } else {
                    padding++;
                    show(shown, layer, offset, "padding", List.of());
                }
            }
            return facts.put("weights_changed", weights)
                    .put("of", layout.weights())
                    .put("output_channels_touched", rows.cardinality())
                    .put("kernel_taps_touched", taps.cardinality())
                    .put("input_channels_touched", columns.cardinality())
                    .put("biases_changed", biases.cardinality())
                    .put("scales_changed", scales.cardinality())
                    .put("zero_points_changed", zeroPoints.cardinality())
                    .put("padding_bytes_changed", padding)
                    .put("first", shown);
        }

        /** Of a word the first byte that differs is shown. */
        private void word(BitSet seen, int out, List<Facts> shown, LayerOperator layer, int offset, String role) {
            if (!seen.get(out)) {
                seen.set(out);
                show(shown, layer, offset, role, List.of(out));
            }
        }

        private void show(List<Facts> shown, LayerOperator layer, int offset, String role, List<Integer> index) {
            if (shown.size() < limit) {
                shown.add(new Facts()
                        .put("offset", layer.offset() + offset)
                        .put("role", role)
                        .put("index", index)
                        .put("a", before[layer.offset() + offset] & 0xff)
                        .put("b", after[layer.offset() + offset] & 0xff));
            }
        }
    }
}
