package org.tensorizer.cli;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.LayerOperator;

/** The payload bytes in which two compiled networks differ, by layer and by what they are. */
final class LayerDiff {
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
                            a.layers().size() + " layers against " + b.layers().size());
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
        BitSet left = differing(layer);
        BitSet rows = new BitSet();
        BitSet columns = new BitSet();
        BitSet taps = new BitSet();
        List<Facts> shown = new ArrayList<>();
        int weights = 0;
        int[] words = new int[3];
        for (int out = 0; out < layout.outputs(); out++) {
            for (int y = 0; y < layout.height(); y++) {
                for (int x = 0; x < layout.width(); x++) {
                    for (int in = 0; in < layout.inputs(); in++) {
                        int offset = layout.offset(out, y, x, in);
                        if (left.get(offset)) {
                            left.clear(offset);
                            weights++;
                            rows.set(out);
                            columns.set(in);
                            taps.set(y * layout.width() + x);
                            show(shown, layer, offset, "weight", List.of(out, y, x, in));
                        }
                    }
                }
            }
            String[] names = {"bias", "scale", "zero_point"};
            int[] offsets = {layout.biasOffset(out), layout.scaleOffset(out), layout.zeroPointOffset(out)};
            for (int row = 0; row < offsets.length; row++) {
                int offset = offsets[row];
                int next = offset < 0 ? -1 : left.nextSetBit(offset);
                if (next >= 0 && next < offset + Integer.BYTES) {
                    left.clear(offset, offset + Integer.BYTES);
                    words[row]++;
                    show(shown, layer, next, names[row], List.of(out));
                }
            }
        }
        int padding = left.cardinality();
        left.stream().forEach(offset -> show(shown, layer, offset, "padding", List.of()));
        return facts.put("weights_changed", weights)
                .put("of", layout.weights())
                .put("output_channels_touched", rows.cardinality())
                .put("kernel_taps_touched", taps.cardinality())
                .put("input_channels_touched", columns.cardinality())
                .put("biases_changed", words[0])
                .put("scales_changed", words[1])
                .put("zero_points_changed", words[2])
                .put("padding_bytes_changed", padding)
                .put("first", shown);
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
