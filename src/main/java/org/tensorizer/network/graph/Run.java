package org.tensorizer.network.graph;

import java.util.Arrays;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.TraceException;

/** One source of every result of a record: lanes of a result are consecutive elements of one tensor. */
final class Run {
    /** Tensor of each result, -1 for a constant. */
    final int[] tensor;
    /** Element of lane 0 of each result. */
    final int[] element;
    /** Lanes that hold data. */
    final int[] valid;

    private Run(int results) {
        tensor = new int[results];
        element = new int[results];
        valid = new int[results];
    }

    /**
     * @param k which source
     * @throws TraceException there are gaps between lanes, or lanes are not consecutive elements
     */
    static Run of(OpRecord record, int k, Places places) {
        return read(record, (result, lane) -> places.of(record.source(result, lane, k)));
    }

    /** As {@link #of}, of the factors of a product. */
    static Run ofFactors(OpRecord record, int k, Places places) {
        return read(record, (result, lane) -> places.of(record.factor(result, lane, k)));
    }

    private interface Lookup {
        long place(int result, int lane);
    }

    private static Run read(OpRecord record, Lookup lookup) {
        Run run = new Run(record.results());
        Arrays.fill(run.tensor, -1);
        for (int result = 0; result < record.results(); result++) {
            int lanes = record.lanes(result);
            int valid = 0;
            boolean ended = false;
            for (int lane = 0; lane < lanes; lane++) {
                long place = lookup.place(result, lane);
                if (!Places.isElement(place)) {
                    ended = true;
                    continue;
                }
                if (ended) {
                    throw new TraceException(record.instruction() + ": gaps between lanes");
                }
                if (lane == 0) {
                    run.tensor[result] = Places.tensor(place);
                    run.element[result] = Places.element(place);
                } else if (Places.tensor(place) != run.tensor[result]
                        || Places.element(place) != run.element[result] + lane) {
                    throw new TraceException(record.instruction() + ": lanes that are not consecutive elements");
                }
                valid = lane + 1;
            }
            run.valid[result] = valid;
        }
        return run;
    }

    /** The tensors that occur, in rising order. */
    int[] tensors() {
        return Arrays.stream(tensor).filter(t -> t >= 0).distinct().sorted().toArray();
    }
}
