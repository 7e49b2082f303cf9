package org.tensorizer.gemm;

import java.util.BitSet;

/**
 * A product compared with exact arithmetic: accumulators in 64 bits, float32 requantization in the chip's order, clamps,
 * tile by tile. Bits are numbered vector * outputs + output.
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
    /** Whether the device gave what exact arithmetic predicts, as far as it predicts. */
    public boolean isExact() {
        return unexplained == 0;
    }

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
}
