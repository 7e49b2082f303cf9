package org.tensorizer.fuzz;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Inputs of one target worth damaging further: the sound one, and those that ended where none had ended before. So damage
 * adds up: what got past one check is tried on the next.
 */
final class Corpus {
    private static final int MOST_BYTES = 1 << 20;

    private final List<byte[]> inputs = new ArrayList<>();
    private final Set<Long> ends = new HashSet<>();
    private final int most;

    Corpus(byte[] sound) {
        this.inputs.add(sound);
        this.most = Math.max(2, MOST_BYTES / Math.max(sound.length, 1024));
    }

    /** The sound input every other time, else any. */
    byte[] pick(Random random) {
        return inputs.get(random.nextBoolean() ? 0 : random.nextInt(inputs.size()));
    }

    /**
     * Keeps an input with a new end; where there is no room, in the place of another.
     *
     * @param end a number for how the reader ended, the same for the same end
     */
    void offer(byte[] input, long end, Random random) {
        if (!ends.add(end) || input.length > MOST_BYTES) {
            return;
        }
        if (inputs.size() < most) {
            inputs.add(input);
        } else {
            inputs.set(1 + random.nextInt(most - 1), input);
        }
    }

    /** In how many ways inputs ended. */
    int ends() {
        return ends.size();
    }
}
