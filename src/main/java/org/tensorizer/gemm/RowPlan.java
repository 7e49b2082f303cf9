package org.tensorizer.gemm;

import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.RowImage;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.gemm.CoralPlan.Rate;
import org.tensorizer.isa.Chip;

/**
 * How A[M][K] W[N][K]^T is cut into convolutions of 1x1: many rows in one inference, some outputs in one program. What it
 * takes is a calculation from {@linkplain Rate published rates} and an assumed clock; nothing was measured.
 *
 * @param rows M
 * @param inputs K
 * @param outputs N
 * @param image pixels of one inference
 * @param outputsPerProgram channels of one program
 */
public record RowPlan(long rows, int inputs, int outputs, RowImage image, int outputsPerProgram) {
    /** Channels that one program is given at most; more leave little narrow memory for rows. */
    private static final int MOST_OUTPUTS = 1024;

    private static final int MOST_INPUTS = 8192;
    private static final int MOST_ROWS = 16_384;

    private static final int INSTRUCTION_BYTES = 6_000;

    /**
     * Chooses the image: as many rows at a time as narrow memory takes.
     *
     * @throws BadInputException less than one of each, or no image fits
     */
    public static RowPlan of(long rows, int inputs, int outputs) {
        if (rows < 1 || inputs < 1 || outputs < 1) {
            throw new BadInputException(
                    "a product of " + rows + " rows, K " + inputs + ", N " + outputs + ": expected 1 or more of each");
        }
        if (inputs > MOST_INPUTS) {
            throw new BadInputException(
                    "a product with K " + inputs + ": a convolution takes up to " + MOST_INPUTS + "; cut K and add up");
        }
        int channels = (inputs + 3) / 4 * 4;
        int part = Math.min(outputs, MOST_OUTPUTS);
        DoesNotFitException last = null;
        for (int wanted = (int) Math.min(rows, MOST_ROWS); wanted >= 1; wanted = wanted == 1 ? 0 : (wanted + 1) / 2) {
            try {
                return new RowPlan(rows, inputs, outputs, RowImage.of(wanted, channels, part), part);
            } catch (DoesNotFitException full) {
                last = full;
            }
        }
        throw last;
    }

    /** Programs with weights of their own. */
    public int programs() {
        return (outputs + outputsPerProgram - 1) / outputsPerProgram;
    }

    /** Inferences of each program. */
    public long inferences() {
        return (rows + image.rows() - 1) / image.rows();
    }

    /** Bytes that cross the wire in one inference. */
    public long bytesPerInference() {
        return INSTRUCTION_BYTES + (long) image.rows() * (inputs + outputsPerProgram);
    }

    /** Op steps of a tile in one inference. */
    public long cyclesPerInference() {
        long words = (inputs + Chip.WORD_BYTES - 1) / Chip.WORD_BYTES;
        long groups = (outputsPerProgram + Chip.LANES - 1) / Chip.LANES;
        return (long) image.rows() / Chip.TILES * words * groups;
    }

    /** What everything takes by calculation: a round trip or the wire and the ops, whichever is more, and the weights. */
    public double seconds() {
        double wire = bytesPerInference() / Rate.UPLOAD.value();
        double each = Math.max(Rate.INFERENCE.value(), wire + cyclesPerInference() / Chip.CLOCK);
        double weights = (double) inputs * outputs / Rate.UPLOAD.value();
        return programs() * inferences() * each + weights;
    }

    /** A line for a reader. */
    public String text() {
        return "as convolutions: " + programs() + " program(s) of " + image.rows() + " rows, "
                + programs() * inferences()
                + " inferences, " + bytesPerInference() + " bytes and " + cyclesPerInference()
                + " op steps each, " + String.format(java.util.Locale.ROOT, "%.6f", seconds())
                + " s (calculated, not measured)";
    }
}
