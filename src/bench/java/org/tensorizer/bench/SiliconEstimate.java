package org.tensorizer.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.gemm.CoralPlan;
import org.tensorizer.gemm.GemmPlan;
import org.tensorizer.gemm.RowPlan;

/**
 * What a product of rows x n inputs x n outputs would take on one Coral, as convolutions and row by row as Dense: a
 * calculation from published rates, never measured.
 *
 * @param rows of the left matrix
 * @param n inputs and outputs
 */
record SiliconEstimate(int rows, int n) {
    static final String TITLE = "On silicon, by calculation: convolutions beside Dense layers";
    static final List<String> COLUMNS = List.of(
            "product",
            "inferences",
            "bytes over the wire",
            "op steps",
            "ms",
            "Dense: inferences",
            "bytes over the wire",
            "op steps",
            "ms",
            "times as long");

    static Stream<SiliconEstimate> all() {
        return Stream.of(128, 256, 512, 1024).map(n -> new SiliconEstimate(1024, n));
    }

    /** One line of the table, as text. */
    List<String> line() {
        RowPlan plan = RowPlan.of(rows, n, n);
        long inferences = plan.programs() * plan.inferences();
        DenseShape shape = DenseShape.square(n, ParameterFormat.PER_TENSOR);
        CoralPlan dense = CoralPlan.of(GemmPlan.on(shape, n, n), rows);
        long steps = (long) shape.weightRowsPerGroup() * shape.outputPartition().groupsPerTile();
        double seconds = dense.on(1).seconds();
        return List.of(
                rows + " x " + n + " x " + n,
                number(inferences),
                number(inferences * plan.bytesPerInference()),
                number(inferences * plan.cyclesPerInference()),
                String.format(Locale.ROOT, "%.2f", 1000 * plan.seconds()),
                number(rows),
                number((long) rows * dense.bytesPerInference()),
                number(rows * steps),
                String.format(Locale.ROOT, "%.2f", 1000 * seconds),
                String.format(Locale.ROOT, "%.1f", seconds / plan.seconds()));
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
