package org.tensorizer.harness;

import java.util.Random;
import java.util.function.ToIntFunction;

/** Draws that are the same in every process. */
final class Draw {
    private Draw() {}

    /**
     * One of several, by their shares in a hundred.
     *
     * @param number which draw: equal numbers give equal results
     */
    static <T> T of(int number, T[] from, ToIntFunction<T> share) {
        int draw = new Random(number * 7919L).nextInt(100);
        for (T each : from) {
            draw -= share.applyAsInt(each);
            if (draw < 0) {
                return each;
            }
        }
        throw new IllegalStateException("the shares are less than a hundred");
    }
}
