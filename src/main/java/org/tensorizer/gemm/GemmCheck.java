package org.tensorizer.gemm;

import java.util.BitSet;
import org.tensorizer.layout.DenseLayout.WeightBlock;
import org.tensorizer.template.DenseArithmetic;

/**
 * A product compared with exact arithmetic: accumulators in 64 bits, float32 requantization in the chip's order, clamps,
 * block by block. Bits are numbered vector * outputs + output.
 *
 * @param device that answered, with the kind of its evidence
 * @param outputs how many were compared
 * @param differing how many are not what was predicted
 * @param unexplained how many of those differ by more than the rounding of ties can account for
 * @param largest largest difference in output steps
 * @param clipped outputs of which a part was cut off by a clamp
 * @param ties outputs of which a part lies halfway between two steps: nobody has seen how the chip rounds those, the
 *     prediction takes the even one
 * @param unknown outputs that nothing is known about: an accumulator beyond 32 bits, or a header value that is no number
 */
public record GemmCheck(
        String device,
        int outputs,
        int differing,
        int unexplained,
        long largest,
        BitSet clipped,
        BitSet ties,
        BitSet unknown) {
    /** One line. */
    @Override
    public String toString() {
        return device + ": " + differing + " of " + outputs + " outputs differ"
                + (differing == 0
                        ? ""
                        : ", largest difference " + largest + ", " + unexplained + " not explained by ties")
                + "; " + clipped.cardinality() + " clipped, " + ties.cardinality() + " depend on how ties are rounded"
                + (unknown.isEmpty() ? "" : ", " + unknown.cardinality() + " unknown");
    }

    /**
     * A product and how it compares with exact arithmetic.
     *
     * @param product Y[vector][out] in output steps, as the device answered
     * @param expected the same as exact arithmetic predicts it, ties to the even step
     * @param check the comparison
     */
    public record CheckedProduct(IntMatrix product, IntMatrix expected, GemmCheck check) {}

    /** A product as exact arithmetic predicts it, and what it cannot predict. Bits are numbered vector * outputs + output. */
    static final class ExpectedProduct {
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
}
