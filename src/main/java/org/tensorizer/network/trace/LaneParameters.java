package org.tensorizer.network.trace;

/**
 * Where the parameters of the lanes of one channel group come from: the tag of the first byte of lane 0, {@link
 * Tag#NOTHING} if the op takes none. Lanes follow each other, four bytes each.
 *
 * @param bias int32
 * @param scale float32
 * @param zeroPoint uint32
 * @param lanes lanes of the group
 */
public record LaneParameters(int bias, int scale, int zeroPoint, int lanes) {
    public static final LaneParameters NONE = new LaneParameters(0, 0, 0, 0);
}
