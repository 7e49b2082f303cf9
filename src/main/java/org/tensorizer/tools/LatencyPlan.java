package org.tensorizer.tools;

import org.tensorizer.base.BadInputException;

/**
 * How often to run.
 *
 * @param runs inferences that count, at least 1
 * @param warmup inferences before them that do not, the very first not among them
 */
public record LatencyPlan(int runs, int warmup) {
    /** As the published Dense runs: 30 inferences after 5 (source: coral-usb-oxidized, tensorizer_dense_template.md). */
    public static final LatencyPlan DEFAULT = new LatencyPlan(30, 5);

    private static final int MOST = 10_000_000;

    /** @throws BadInputException a number out of range */
    public LatencyPlan {
        require("runs", runs, 1);
        require("warm-up", warmup, 0);
    }

    private static void require(String name, int value, int least) {
        if (value < least || value > MOST) {
            throw new BadInputException(name + ": expected " + least + " to " + MOST + ", found " + value);
        }
    }
}
