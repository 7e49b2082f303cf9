package org.tensorizer.gemm;

import java.util.function.LongConsumer;
import org.tensorizer.device.Device;

/**
 * How an exact product A[M][K] W[N][K]^T is computed: as convolutions of many rows, or as Dense layers row by row. What
 * takes less by calculation wins; nothing was measured.
 *
 * @param rows as convolutions
 * @param dense as Dense layers
 */
public record ProductChoice(RowPlan rows, CoralPlan dense) {
    public static ProductChoice of(ByteMatrix a, ByteMatrix w) {
        return new ProductChoice(
                ExactRows.plan(a.rows(), a.columns(), w.rows()), CoralPlan.of(ExactGemm.plan(w), a.rows()));
    }

    /** Seconds of the Dense layers on one Coral, by calculation. */
    public double denseSeconds() {
        return dense.on(1).seconds();
    }

    public boolean isConvolution() {
        return rows.seconds() <= denseSeconds();
    }

    /** Inferences of the convolutions. */
    public long inferences() {
        return rows.programs() * rows.inferences();
    }

    /**
     * The product.
     *
     * @param convolution which of the two
     * @param progress told the number of inferences of convolutions that are done
     */
    public IntMatrix multiply(Device device, ByteMatrix a, ByteMatrix w, boolean convolution, LongConsumer progress) {
        if (convolution) {
            return new ExactRows(device).multiply(a, w, progress);
        }
        try (ExactGemm gemm = ExactGemm.assemble(device, w)) {
            return gemm.multiply(a);
        }
    }
}
