package org.tensorizer.tools;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorizer.model.Elements;

/**
 * One of the k highest outputs.
 *
 * @param index of the output element
 * @param value in the tensor's own domain
 */
public record TopK(int index, Number value) {
    private static final Comparator<TopK> HIGHEST_FIRST = Comparator.<TopK>comparingDouble(
                    each -> each.value().doubleValue())
            .thenComparingInt(TopK::index)
            .reversed();

    /**
     * The highest first. Of equal values the last index comes first, as in the published runs: a classifier whose whole
     * output is 0 gives index 1000 of 1001 there (source: coral-usb-oxidized, tensorizer_mvp.md).
     */
    public static List<TopK> of(Elements values, int k) {
        return IntStream.range(0, values.size())
                .mapToObj(i -> new TopK(i, values.get(i)))
                .sorted(HIGHEST_FIRST)
                .limit(k)
                .toList();
    }
}
