package org.tensorizer.network.graph;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.graph.LayerOperator.Geometry;
import org.tensorizer.network.graph.LayerOperator.Kind;
import org.tensorizer.network.graph.TapAxis.Border;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.Trace;

/** Convolutions, depthwise and Dense layers: the operator of all records that share a piece of the payload. */
final class LayerFinder {
    private final Trace trace;
    private final Places places;
    private final GraphBuilder builder;
    private final Assembler assembler;

    LayerFinder(Trace trace, Places places, GraphBuilder builder) {
        this.trace = trace;
        this.places = places;
        this.builder = builder;
        this.assembler = new Assembler(builder);
    }

    /**
     * Places the results of a layer.
     *
     * @throws Places.Later it reads what has no place yet
     * @throws org.tensorizer.network.trace.TraceException it is no layer of a known kind
     */
    void find(List<OpRecord> records) {
        LayerRecords layer = new LayerRecords(records);
        if (isDense(layer)) {
            dense(layer);
        } else {
            spatial(layer);
        }
    }

    /** Every result of every group reads the same words, and some of them are no padding. */
    private boolean isDense(LayerRecords layer) {
        int taps = layer.taps();
        int[] first = layer.records.get(0).words();
        for (OpRecord record : layer.records) {
            int[] words = record.words();
            for (int from = 0; from < words.length; from += taps) {
                if (!Arrays.equals(words, from, from + taps, first, 0, taps)) {
                    return false;
                }
            }
        }
        for (int tap = 0; tap < taps; tap++) {
            if (places.of(trace.words().tag(first[tap], 0)) != Places.NONE) {
                return true;
            }
        }
        return false;
    }

    private void dense(LayerRecords layer) {
        int[] words = layer.records.get(0).words();
        int taps = layer.taps();
        long[] at = new long[4 * taps];
        int count = 0;
        int[] first = new int[taps]; // position of the first element of each word among all
        int[] runs = new int[taps];
        for (int tap = 0; tap < taps; tap++) {
            first[tap] = count;
            for (int part = 0; part < 4; part++) {
                long place = places.of(trace.words().tag(words[tap], part));
                if (place != Places.NONE) {
                    layer.require(runs[tap] == part, "padding in front of an activation");
                    at[count++] = place;
                    runs[tap]++;
                }
            }
        }
        at = Arrays.copyOf(at, count);
        Assembler.Assembled input = assembler.assemble(at, new Shape(1, 1, count), layer.where());
        Shape shape = input.tensor().shape();
        int outputs = outputs(layer);
        boolean permuted = input.order() != null;
        boolean convolution = permuted || shape.isFlat() && followsConvolution(input.tensor());
        int[] y = new int[taps];
        int[] x = new int[taps];
        int[] channel = new int[taps];
        for (int tap = 0; tap < taps; tap++) {
            int position = first[tap];
            if (permuted && runs[tap] > 0) {
                int f = input.order()[position];
                y[tap] = f / (shape.channels() * shape.width());
                x[tap] = f / shape.channels() % shape.width();
                channel[tap] = f % shape.channels();
            } else {
                channel[tap] = position;
            }
        }
        LayoutSearch search = new LayoutSearch(layer, trace.payload(), y, x, channel, runs);
        LayoutSearch.Found found = permuted
                ? search.rows(outputs, shape.height(), shape.width(), shape.channels())
                : search.rows(outputs, 1, 1, shape.elements());
        Kind kind = convolution ? Kind.CONV_2D : Kind.FULLY_CONNECTED;
        Geometry geometry = new Geometry(1, 1, 1, 1, shape.isFlat());
        GraphTensor output = operator(layer, kind, input.tensor(), new Shape(1, 1, outputs), geometry, found);
        if (!convolution) {
            builder.markDense(output);
        }
        for (OpRecord record : layer.records) {
            for (int result = 0; result < record.results(); result++) {
                put(layer, record, result, output, 0, 0);
            }
        }
    }

    /** Programs of a 1x1 convolution and of a Dense layer on one position are the same: the input decides the name. */
    private boolean followsConvolution(GraphTensor input) {
        if (builder.isDense(input) || input.producer().isEmpty()) {
            return false;
        }
        GraphOperator producer = input.producer().get();
        return producer instanceof LayerOperator || producer instanceof GraphOperator.Pool;
    }

    private void spatial(LayerRecords layer) {
        Taps taps = new Taps(layer, trace.words(), places, builder);
        List<GraphTensor> inputs = taps.inputs();
        boolean depthwise = taps.isDepthwise(trace.payload());
        Shape size = inputs.get(0).shape();
        for (GraphTensor input : inputs) {
            layer.require(
                    input.shape().height() == size.height() && input.shape().width() == size.width(),
                    "inputs of different size: " + inputs);
        }
        GraphTensor input = assembler.join(inputs, layer.where());
        int channels = input.shape().channels();
        int outputs = depthwise ? channels : outputs(layer);
        TapAxis down = taps.vertical();
        TapAxis across = taps.horizontal();
        LayoutSearch search = new LayoutSearch(
                layer, trace.payload(), down.kernel(), across.kernel(), taps.channels(inputs, depthwise), taps.runs());
        LayoutSearch.Found found = depthwise || channels == 1 && outputs == 1
                ? search.blocks(outputs, down.taps(), across.taps())
                : search.rows(outputs, down.taps(), across.taps(), channels);
        Border vertical = down.border(size.height());
        Border horizontal = across.border(size.width());
        boolean valid = vertical.isValid() && horizontal.isValid();
        boolean same = vertical.isSame() && horizontal.isSame();
        if (!valid && !same) {
            layer.require(vertical.before() >= 0 && horizontal.before() >= 0, "starts inside its input");
            input = pad(input, vertical, horizontal);
        }
        Geometry geometry =
                new Geometry(vertical.stride(), horizontal.stride(), down.dilation(), across.dilation(), same);
        GraphTensor output = operator(
                layer,
                depthwise ? Kind.DEPTHWISE_CONV_2D : Kind.CONV_2D,
                input,
                new Shape(vertical.count(), horizontal.count(), outputs),
                geometry,
                found);
        boolean[] made = new boolean[vertical.count() * horizontal.count() * layer.groups()];
        for (int r = 0; r < layer.records.size(); r++) {
            OpRecord record = layer.records.get(r);
            for (int result = 0; result < record.results(); result++) {
                int y = vertical.index(down.origin(r, result));
                int x = horizontal.index(across.origin(r, result));
                put(layer, record, result, output, y, x);
                made[(y * horizontal.count() + x) * layer.groups() + layer.rank(record, result)] = true;
            }
        }
        for (boolean each : made) {
            layer.require(each, "results are missing");
        }
    }

    private GraphTensor pad(GraphTensor input, Border vertical, Border horizontal) {
        record Key(GraphTensor of, int top, int bottom, int left, int right) {}
        Shape shape = input.shape();
        Key key = new Key(input, vertical.before(), vertical.after(), horizontal.before(), horizontal.after());
        return builder.get(
                key,
                k -> builder.add(
                        new Shape(
                                shape.height() + key.top + key.bottom,
                                shape.width() + key.left + key.right,
                                shape.channels()),
                        input.zeroPoint(),
                        (output, list) -> new GraphOperator.Pad(
                                List.of(input), output, key.top, key.bottom, key.left, key.right)));
    }

    private GraphTensor operator(
            LayerRecords layer,
            Kind kind,
            GraphTensor input,
            Shape shape,
            Geometry geometry,
            LayoutSearch.Found found) {
        layer.require(
                layer.fields.inputZero() == input.zeroPoint(),
                "input zero point " + layer.fields.inputZero() + ", " + input + " has " + input.zeroPoint());
        GraphTensor output = builder.add(
                shape,
                layer.fields.outputZero(),
                (tensor, list) -> new LayerOperator(
                        kind, List.of(input), tensor, list, layer.fields, geometry, found.layout(), found.start()));
        layer.records.forEach(record -> builder.at(output, record.instruction().place()));
        return output;
    }

    private void put(LayerRecords layer, OpRecord record, int result, GraphTensor output, int y, int x) {
        Shape shape = output.shape();
        int channel = layer.starts[layer.rank(record, result)];
        int valid = Math.min(record.lanes(result), shape.channels() - channel);
        places.put(record, result, output, (y * shape.width() + x) * shape.channels() + channel, Math.max(0, valid));
    }

    /**
     * True number of output channels: lanes are rounded up to four. What leaves the chip tells; else up to three last
     * lanes are dropped that look like padding: zero weights, no bias, the scale of channel 0.
     */
    private int outputs(LayerRecords layer) {
        int total = layer.outputs();
        int last = layer.groups() - 1;
        int seen = 0;
        for (OpRecord record : layer.records) {
            for (int result = 0; result < record.results(); result++) {
                if (layer.rank(record, result) == last) {
                    seen = Math.max(seen, places.seenLanes(record, result));
                }
            }
        }
        if (seen > 0) {
            return layer.starts[last] + seen;
        }
        int outputs = total;
        while (outputs > Math.max(1, total - 3) && looksLikePadding(layer, outputs - 1)) {
            outputs--;
        }
        return outputs;
    }

    private boolean looksLikePadding(LayerRecords layer, int output) {
        int group = layer.groups() - 1;
        int lane = output - layer.starts[group];
        byte[] payload = trace.payload();
        var parameters = layer.parameters[group];
        int zero =
                parameters.zeroPoint() == 0 ? layer.fields.weightZero() : word(payload, parameters.zeroPoint(), lane);
        for (int offset : layer.offsets) {
            int at = layer.bases[group] + offset + 4 * lane;
            for (int j = 0; j < 4; j++) {
                if ((payload[at + j] & 0xff) != zero) {
                    return false;
                }
            }
        }
        return (parameters.bias() == 0 || word(payload, parameters.bias(), lane) == 0)
                && (parameters.scale() == 0
                        || word(payload, parameters.scale(), lane) == word(payload, layer.parameters[0].scale(), 0));
    }

    private static int word(byte[] payload, int tag, int lane) {
        return PayloadLayout.Words.get(payload, Tag.index(tag) + 4 * lane);
    }
}
