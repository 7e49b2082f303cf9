package org.tensorizer.dense;

import java.util.List;

/**
 * Tiles that compute the same number of output channels and so share an instruction: all of them, or all but the short
 * last one and that one.
 *
 * @param tiles mask
 * @param channels output channels of each of them
 */
record OutputPart(int tiles, int channels) {
    static List<OutputPart> of(Partition outputs) {
        int last = outputs.tiles() - 1;
        return outputs.hasShortLastTile()
                ? List.of(
                        new OutputPart(outputs.mask() >> 1, outputs.tileChannels()),
                        new OutputPart(1 << last, outputs.channels(last)))
                : List.of(new OutputPart(outputs.mask(), outputs.channels(0)));
    }
}
