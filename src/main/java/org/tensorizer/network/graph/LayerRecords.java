package org.tensorizer.network.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.layout.Header;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.OpRecord.ParameterTags;
import org.tensorizer.network.trace.TraceException;

/** Records of one layer put together: channel groups in the order of the payload, and the steps they share. */
final class LayerRecords {
    final List<OpRecord> records;
    final OpInstruction first;
    final OpFields fields;
    final Header header;
    final int[] offsets;
    final int[] bases;
    final int[] lanes;
    final int[] starts;
    final ParameterTags[] parameters;
    private final Map<Integer, Integer> ranks = new HashMap<>();

    /** @throws TraceException the records are not of one layer */
    LayerRecords(List<OpRecord> records) {
        this.records = records;
        this.first = records.get(0).instruction();
        this.fields = first.fields();
        this.header = new Header(first.scales(), first.biases(), first.zeroPointRows());
        this.offsets = records.get(0).offsets();
        for (OpRecord record : records) {
            OpInstruction op = record.instruction();
            require(record.problem().isEmpty(), record.problem());
            require(
                    op.fields().equals(fields)
                            && op.scales() == first.scales()
                            && op.biases() == first.biases()
                            && op.zeroPointRows() == first.zeroPointRows()
                            && !op.throughTable(),
                    "fields differ inside one layer at " + op.place() + ": "
                            + op.fields().difference(fields));
            require(Arrays.equals(record.offsets(), offsets), "rows differ between tiles");
        }
        require(fields.constant() == 0 && !first.wideResults(), "constant or 16-bit results");
        bases = records.stream()
                .flatMapToInt(record -> Arrays.stream(record.bases()))
                .distinct()
                .sorted()
                .toArray();
        lanes = new int[bases.length];
        starts = new int[bases.length];
        parameters = new ParameterTags[bases.length];
        for (int i = 0; i < bases.length; i++) {
            ranks.put(bases[i], i);
        }
        for (OpRecord record : records) {
            for (int result = 0; result < record.results(); result++) {
                int rank = rank(record, result);
                if (parameters[rank] == null) {
                    parameters[rank] = record.parameters(record.group(result));
                    lanes[rank] = record.lanes(result);
                }
            }
        }
        for (int i = 1; i < bases.length; i++) {
            starts[i] = starts[i - 1] + lanes[i - 1];
        }
    }

    int taps() {
        return offsets.length;
    }

    int groups() {
        return bases.length;
    }

    /** Lanes of all groups. */
    int outputs() {
        return starts[groups() - 1] + lanes[groups() - 1];
    }

    /** Channel group of a result in payload order. */
    int rank(OpRecord record, int result) {
        return ranks.get(record.bases()[result]);
    }

    String where() {
        return "layer of " + first;
    }

    void require(boolean condition, String problem) {
        if (!condition) {
            throw new TraceException("layer of " + first + ": " + problem);
        }
    }
}
