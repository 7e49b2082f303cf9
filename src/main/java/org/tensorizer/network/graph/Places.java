package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.network.graph.Graph.TensorSlice;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.TraceException;

/**
 * Which element of which tensor each result is. A place is a long: tensor in the upper part, element below, or one of the
 * negative numbers.
 */
final class Places {
    /** A constant, or a lane without data. */
    static final long NONE = -1;

    /** Inside a softmax. */
    static final long INTERNAL = -2;

    private static final int ELEMENT_BITS = 36;

    /** Reads results of an instruction that has no place yet. */
    static final class Later extends RuntimeException {
        private static final long serialVersionUID = 1;

        Later() {
            super("later", null, false, false);
        }
    }

    private static final class Entry {
        private final OpRecord record;
        private int[] tensor;
        private int[] element;
        private int[] valid;
        private int bytes = 1;
        private boolean placed;
        private String refused;
        private int[] seen;

        private Entry(OpRecord record) {
            this.record = record;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final int[] starts;
    private final List<Integer> inputStarts = new ArrayList<>();
    private final List<Integer> inputTensors = new ArrayList<>();
    private int last;

    Places(List<OpRecord> records) {
        for (OpRecord record : records) {
            if (record.kind() != OpRecord.Kind.COPY) {
                entries.add(new Entry(record));
            }
        }
        entries.sort((a, b) -> Integer.compare(a.record.firstByte(), b.record.firstByte()));
        starts = entries.stream().mapToInt(entry -> entry.record.firstByte()).toArray();
    }

    void input(int firstByte, GraphTensor tensor) {
        inputStarts.add(firstByte);
        inputTensors.add(tensor.index());
    }

    static int tensor(long place) {
        return (int) (place >> ELEMENT_BITS);
    }

    static int element(long place) {
        return (int) (place & (1L << ELEMENT_BITS) - 1);
    }

    static boolean isElement(long place) {
        return place >= 0;
    }

    private static long place(int tensor, int element) {
        return (long) tensor << ELEMENT_BITS | element;
    }

    /**
     * Where the byte of a tag belongs.
     *
     * @throws Later its op has no place yet
     * @throws TraceException its op was not understood
     */
    long of(int tag) {
        switch (Tag.kind(tag)) {
            case Tag.INPUT:
                int input = inputStarts.size() - 1;
                while (inputStarts.get(input) > Tag.index(tag)) {
                    input--;
                }
                return place(inputTensors.get(input), Tag.index(tag) - inputStarts.get(input));
            case Tag.RESULT:
                return result(Tag.index(tag));
            case Tag.SUMS:
                return INTERNAL;
            case Tag.COMPUTED:
                throw new TraceException("bytes that the scalar core computed from data");
            default:
                return NONE;
        }
    }

    private long result(int index) {
        Entry entry = entry(index);
        if (!entry.placed) {
            throw new Later();
        }
        if (entry.refused != null) {
            throw new TraceException(entry.refused);
        }
        int at = index - entry.record.firstByte();
        int result = at / entry.record.stride();
        int tensor = entry.tensor == null ? (int) INTERNAL : entry.tensor[result];
        if (tensor < 0) {
            return tensor;
        }
        int lane = (at - result * entry.record.stride()) / entry.bytes;
        return lane < entry.valid[result] ? place(tensor, entry.element[result] + lane) : NONE;
    }

    private Entry entry(int index) {
        int low = last;
        if (!(starts[low] <= index && (low + 1 == starts.length || index < starts[low + 1]))) {
            int found = Arrays.binarySearch(starts, index);
            low = found >= 0 ? found : -found - 2;
            while (low + 1 < starts.length && starts[low + 1] <= index) {
                low++;
            }
            last = low;
        }
        return entries.get(low);
    }

    private Entry entry(OpRecord record) {
        return entry(record.firstByte());
    }

    /** Result number {@code result} of a record is the element and the {@code valid - 1} that follow. */
    void put(OpRecord record, int result, GraphTensor tensor, int element, int valid) {
        Entry entry = entry(record);
        if (entry.tensor == null) {
            entry.tensor = new int[record.results()];
            Arrays.fill(entry.tensor, (int) NONE);
            entry.element = new int[record.results()];
            entry.valid = new int[record.results()];
            entry.bytes = record.kind() == OpRecord.Kind.RESIZE
                    ? 1
                    : record.instruction().resultBytes();
        }
        entry.tensor[result] = tensor.index();
        entry.element[result] = element;
        entry.valid[result] = valid;
    }

    /** Results that read a tensor are the same elements of another. */
    void put(OpRecord record, Run run, int read, GraphTensor output) {
        for (int result = 0; result < record.results(); result++) {
            if (run.tensor[result] == read) {
                put(record, result, output, run.element[result], run.valid[result]);
            }
        }
    }

    /** All results of the record are inside a softmax. */
    void internal(OpRecord record) {
        entry(record).tensor = null;
    }

    /** Nothing that depends on the record can be understood. */
    void refuse(OpRecord record, String why) {
        entry(record).refused = why;
    }

    /** The record is done: what reads it need not wait. */
    void done(OpRecord record) {
        Entry entry = entry(record);
        if (!entry.placed && entry.refused == null && entry.tensor == null && record.kind() == OpRecord.Kind.LAYER) {
            throw new IllegalStateException("layer without places: " + record);
        }
        entry.placed = true;
    }

    /** Where elements of tensors are computed, as far as results are bytes of tensors. */
    List<TensorSlice> slices() {
        List<TensorSlice> slices = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.tensor != null && entry.bytes == 1 && entry.refused == null) {
                slices.add(new TensorSlice(
                        entry.record.run(), entry.record.tile(), entry.tensor, entry.element, entry.valid));
            }
        }
        return slices;
    }

    /** A lane of the result leaves the chip. */
    void leaves(int resultTag) {
        Entry entry = entry(Tag.index(resultTag));
        int at = Tag.index(resultTag) - entry.record.firstByte();
        int result = at / entry.record.stride();
        if (entry.seen == null) {
            entry.seen = new int[entry.record.results()];
        }
        int lane = (at - result * entry.record.stride())
                / entry.record.instruction().resultBytes();
        entry.seen[result] = Math.max(entry.seen[result], lane + 1);
    }

    /** Number of lanes of a result that leave the chip, 0 if none. */
    int seenLanes(OpRecord record, int result) {
        Entry entry = entry(record);
        return entry.seen == null ? 0 : entry.seen[result];
    }
}
