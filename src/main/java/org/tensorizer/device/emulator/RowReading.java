package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Where a chip finds the weight of a lane and an input among the rows of one group of outputs, for chips that do not read
 * rows in order.
 */
final class RowReading {
    private RowReading() {}

    /**
     * Byte position, rows counted as {@code 4 * lanes} bytes each, of each weight; indexed by the position the weight has
     * on the real chip: {@code (input / 4 * lanes + lane) * 4 + input % 4}.
     *
     * @param lanes lanes of the group, 1 to 64
     * @param inputs inputs of the group, a multiple of 4
     */
    static int[] positions(ChipParameters chip, int lanes, int inputs) {
        int[] positions = new int[lanes * inputs];
        int tileLanes = Math.min(chip.lanes(), lanes);
        int tileInputs = Math.min(chip.inputs(), inputs);
        int[][] orders = new int[4][];
        int at = 0;
        for (int lane0 = 0; lane0 < lanes; lane0 += tileLanes) {
            int height = Math.min(tileLanes, lanes - lane0);
            for (int input0 = 0; input0 < inputs; input0 += tileInputs) {
                int width = Math.min(tileInputs, inputs - input0);
                int shape = (height == tileLanes ? 0 : 1) + (width == tileInputs ? 0 : 2);
                if (orders[shape] == null) {
                    orders[shape] = order(chip, height * width);
                }
                for (int lane = 0; lane < height; lane++) {
                    int reader = chip.reversedLanes() ? lanes - 1 - lane0 - lane : lane0 + lane;
                    for (int i = 0; i < width; i++) {
                        int inTile = chip.laneFastest() ? i * height + lane : lane * width + i;
                        int input = input0 + i;
                        positions[(input / 4 * lanes + reader) * 4 + input % 4] = at + orders[shape][inTile];
                    }
                }
                at += height * width;
            }
        }
        return positions;
    }

    private static int[] order(ChipParameters chip, int bytes) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, bytes).boxed().toList());
        chip.permutation().ifPresent(seed -> Collections.shuffle(order, new Random(seed)));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }
}
