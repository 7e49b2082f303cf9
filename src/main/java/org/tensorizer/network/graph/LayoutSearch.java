package org.tensorizer.network.graph;

import org.tensorizer.layout.BlockLayout;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.RowLayout;
import org.tensorizer.network.trace.OpRecord.ParameterTags;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.TraceException;

/**
 * The layout that puts every weight of a layer where the program read it. A layout is taken only if it agrees with every
 * row of every group, header rows included, and if all bytes that met no activation are zero points.
 *
 * @param y row of the kernel, by weight row
 * @param x column of the kernel, by weight row
 * @param channel first input channel, by weight row
 * @param runs number of input channels, by weight row
 */
record LayoutSearch(LayerRecords layer, byte[] payload, int[] y, int[] x, int[] channel, int[] runs) {
    /**
     * @param start payload offset of the layer's first byte
     */
    record Found(PayloadLayout layout, int start) {}

    /** @throws TraceException no layout of rows fits */
    Found rows(int outputs, int height, int width, int inputs) {
        int words = (inputs + 3) / 4;
        for (RowLayout.Rows length : RowLayout.Rows.values()) {
            for (int block = 1; block <= words; block++) {
                if (words % block == 0) {
                    Found found = tried(
                            new RowLayout(outputs, height, width, inputs, layer.header, block, length),
                            PayloadLayout.LANES);
                    if (found != null) {
                        requirePadding(outputs, inputs);
                        return found;
                    }
                }
            }
        }
        throw new TraceException(layer.where() + ": no payload layout puts " + outputs + "x" + height + "x" + width
                + "x" + inputs + " weights where the program reads them");
    }

    /** @throws TraceException the layout of depthwise layers does not fit */
    Found blocks(int outputs, int height, int width) {
        Found found = tried(new BlockLayout(outputs, height, width, layer.header), 4);
        if (found == null) {
            throw new TraceException(layer.where() + ": the payload layout of depthwise layers does not put " + outputs
                    + "x" + height + "x" + width + " weights where the program reads them");
        }
        return found;
    }

    private Found tried(PayloadLayout layout, int groupLanes) {
        int start = layer.bases[0] + layer.offsets[0] - layout.offset(0, y[0], x[0], channel[0]);
        if (start < 0 || start + layout.size() > payload.length || layer.taps() != rowsOf(layout)) {
            return null;
        }
        for (int row = 0; row < layer.taps(); row++) {
            if (layer.bases[0] + layer.offsets[row] != start + layout.offset(0, y[row], x[row], channel[row])) {
                return null;
            }
        }
        int first = layout.offset(0, y[0], x[0], channel[0]) - layer.offsets[0];
        for (int group = 0; group < layer.groups(); group++) {
            int output = groupLanes * group;
            if (layer.starts[group] != output
                    || output >= layout.outputs()
                    || layer.bases[group] != start + first + layout.offset(output, 0, 0, 0) - layout.offset(0, 0, 0, 0)
                    || !hasHeader(layout, start, output, layer.parameters[group])) {
                return null;
            }
        }
        return layer.groups() * groupLanes >= layout.outputs() ? new Found(layout, start) : null;
    }

    private static int rowsOf(PayloadLayout layout) {
        return layout instanceof RowLayout rows ? rows.weightRows() : layout.height() * layout.width();
    }

    /** Rows of zero points hold the same number in all layers, so that one may serve several: its place does not matter. */
    private boolean hasHeader(PayloadLayout layout, int start, int output, ParameterTags parameters) {
        Header header = layout.header();
        return (!header.biases() || isAt(parameters.bias(), start + layout.biasOffset(output)))
                && (!header.scales() || isAt(parameters.scale(), start + layout.scaleOffset(output)))
                && (!header.zeroPoints()
                        || isZeroPoint(parameters) && isZeroPoint(start + layout.zeroPointOffset(output)));
    }

    private boolean isZeroPoint(ParameterTags parameters) {
        return Tag.kind(parameters.zeroPoint()) == Tag.PARAMETER && isZeroPoint(Tag.index(parameters.zeroPoint()));
    }

    private boolean isZeroPoint(int offset) {
        return PayloadLayout.Words.get(payload, offset) == Header.ZERO_POINT;
    }

    private static boolean isAt(int tag, int offset) {
        return Tag.kind(tag) == Tag.PARAMETER && Tag.index(tag) == offset;
    }

    /** Bytes of a weight row beyond the channels it meets are zero points in all lanes. */
    private void requirePadding(int outputs, int inputs) {
        int zero = layer.header.zeroPoints() ? Header.ZERO_POINT : layer.fields.weightZero();
        for (int row = 0; row < layer.taps(); row++) {
            layer.require(
                    runs[row] == Math.min(4, inputs - channel[row]),
                    "a weight row meets " + runs[row] + " of the channels from " + channel[row] + " of " + inputs);
            for (int group = 0; runs[row] < 4 && group < layer.groups(); group++) {
                int lanes = Math.min(layer.lanes[group], outputs - layer.starts[group]);
                for (int lane = 0; lane < lanes; lane++) {
                    for (int j = runs[row]; j < 4; j++) {
                        int at = layer.bases[group] + layer.offsets[row] + 4 * lane + j;
                        layer.require((payload[at] & 0xff) == zero, "weights other than zero on padding");
                    }
                }
            }
        }
    }
}
