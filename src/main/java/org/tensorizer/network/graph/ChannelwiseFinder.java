package org.tensorizer.network.graph;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.layout.BlockLayout;
import org.tensorizer.layout.Header;
import org.tensorizer.network.graph.LayerOperator.Geometry;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.OpRecord.ParameterTags;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.TraceException;

/** Arithmetic with constants that a compiler folded into biases and scales of a copy. */
final class ChannelwiseFinder {
    private ChannelwiseFinder() {}

    private record Key(GraphTensor of, OpFields fields, int firstOffset) {}

    /** A copy with a bias, perhaps a scale, for each lane: a 1x1 depthwise convolution of weight 1. */
    static void find(OpRecord record, Run run, Places places, GraphBuilder builder) {
        OpInstruction op = record.instruction();
        int[] tensors = run.tensors();
        if (tensors.length != 1 || op.wideResults() || op.wideActivations()) {
            throw new TraceException(op + ": copy with bias of " + tensors.length + " tensors");
        }
        GraphTensor input = builder.tensor(tensors[0]);
        int channels = input.shape().channels();
        ElementFinder.requireZeroPoint(op, op.fields().inputZero(), input);
        int[] offset = new int[channels];
        Arrays.fill(offset, -1);
        for (int result = 0; result < record.results(); result++) {
            ParameterTags lanes = record.parameters(record.group(result));
            int first = Tag.index(op.scales() ? lanes.scale() : lanes.bias());
            for (int lane = 0; lane < run.valid[result]; lane++) {
                offset[(run.element[result] + lane) % channels] = first + 4 * lane;
            }
        }
        Header header = new Header(op.scales(), op.biases(), false);
        BlockLayout layout = new BlockLayout(channels, 1, 1, header);
        for (int channel = 0; channel < channels; channel++) {
            if (offset[channel] < 0) {
                throw new TraceException(op + ": no bias of channel " + channel);
            }
        }
        GraphTensor output = builder.get(
                new Key(input, op.fields(), offset[0]),
                key -> builder.add(
                        input.shape(),
                        op.fields().outputZero(),
                        (tensor, list) -> new LayerOperator(
                                LayerOperator.Kind.CHANNELWISE,
                                List.of(input),
                                tensor,
                                list,
                                op.fields(),
                                Geometry.NONE,
                                layout,
                                offset[0])));
        builder.at(output, op.place());
        places.put(record, run, tensors[0], output);
    }
}
