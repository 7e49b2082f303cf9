package org.tensorizer.network.trace;

import java.util.Arrays;
import java.util.TreeSet;

/** Which constants of the mesh the factors of an op come from. */
final class FactorFills {
    private FactorFills() {}

    /** Fills of the factors: of lane 0 of every step, in the order of the sources. */
    static int[][] of(SourceTrace trace) {
        @SuppressWarnings("unchecked")
        TreeSet<Integer>[] found = new TreeSet[trace.width];
        for (int k = 0; k < trace.width; k++) {
            found[k] = new TreeSet<>();
        }
        for (int result = 0; result < trace.shape.results(); result++) {
            for (int lane = 0; lane < trace.shape.lanes(result); lane++) {
                int k = 0;
                for (int at = trace.firstStep[result]; at < trace.firstStep[result + 1]; at++) {
                    for (int j = 0; j < trace.inputs; j++) {
                        int w = (trace.steps[at] * trace.lanes + lane) * trace.inputs + j;
                        if (trace.weights[w] != Tag.NOTHING
                                && trace.weightValues[w] != trace.op.weightZeroPoint()
                                && k < trace.width) {
                            if (Tag.kind(trace.weights[w]) == Tag.FILL) {
                                found[k].add(Tag.index(trace.weights[w]) / 4);
                            }
                            k++;
                        }
                    }
                }
            }
        }
        return Arrays.stream(found)
                .map(set -> set.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }
}
