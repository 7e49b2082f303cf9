package org.tensorizer.gemm;

import java.util.BitSet;
import org.tensorizer.layout.WeightBlock;
import org.tensorizer.template.DenseArithmetic;

/** A product as exact arithmetic predicts it, and what it cannot predict. Bits are numbered vector * outputs + output. */
final class ExpectedProduct {
    private final IntMatrix product;
    private final BitSet clipped = new BitSet();
    private final BitSet unknown = new BitSet();

    /** How many partial sums of an output lie halfway between two steps. */
    private final byte[] ties;

    ExpectedProduct(int vectors, int outputs) {
        product = IntMatrix.zero(vectors, outputs);
        ties = new byte[product.values().length];
    }

    IntMatrix product() {
        return product;
    }

    void mark(int row, WeightBlock block, DenseArithmetic.Prediction prediction) {
        int at = row * product.columns() + block.out();
        prediction.clipped().stream().filter(out -> out < block.outs()).forEach(out -> clipped.set(at + out));
        prediction.unknown().stream().filter(out -> out < block.outs()).forEach(out -> unknown.set(at + out));
        prediction.ties().stream().filter(out -> out < block.outs()).forEach(out -> ties[at + out]++);
    }

    /** Compares what a device answered. */
    GemmCheck compare(IntMatrix answered, String device) {
        int differing = 0;
        int unexplained = 0;
        long largest = 0;
        BitSet tied = new BitSet();
        for (int i = 0; i < ties.length; i++) {
            long difference = Math.abs((long) answered.values()[i] - product.values()[i]);
            differing += difference == 0 ? 0 : 1;
            unexplained += difference > ties[i] && !unknown.get(i) ? 1 : 0;
            largest = Math.max(largest, difference);
            tied.set(i, ties[i] != 0);
        }
        return new GemmCheck(device, ties.length, differing, unexplained, largest, clipped, tied, unknown);
    }
}
