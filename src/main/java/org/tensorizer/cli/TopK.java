package org.tensorizer.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The k highest outputs, the highest first. Of equal values the last index comes first, as in the published runs (an
 * all-zero output of 1,001 classes has argmax 1000).
 */
record TopK(int index, int value) {
    static List<TopK> of(int[] values, int k) {
        List<TopK> all = new ArrayList<>(values.length);
        for (int i = 0; i < values.length; i++) {
            all.add(new TopK(i, values[i]));
        }
        all.sort((a, b) -> a.value != b.value ? Integer.compare(b.value, a.value) : Integer.compare(b.index, a.index));
        return all.subList(0, Math.min(k, all.size()));
    }
}
