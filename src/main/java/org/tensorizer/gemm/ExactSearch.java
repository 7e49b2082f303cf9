package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.gemm.DigitRows.DigitRow;
import org.tensorizer.gemm.ExactGemm.ExactGemmSetup;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/**
 * Finds the template that runs the exact product of given weights in the fewest tiles: per-tensor, which has up to 4096
 * outputs, or per-tensor with bias, which has at most 1024 but needs fewer rows where weights are mostly of one sign.
 */
final class ExactSearch {
    /** Input is the byte minus 128, one step of the output one of the accumulator. */
    private static final Quantization ONE = new Quantization(1, 128, 1, 128, 1, 128);

    /** Widths beyond which the number of outputs that fit goes down: see the memory of a tile. */
    private static final int[] WIDTHS = {4096, 2048, 1024};

    /** With all scales 1 every byte is a sum. */
    private static final ExactScale SCALE = new ExactScale(1, 1, -128, 127);

    /** A template and how the weights lie on it. */
    private record Found(DenseShape shape, ExactTiles tiles) {
        long bytes() {
            return (long) tiles.tiles().size() * shape.payloadBytes();
        }
    }

    /** The best, and why. */
    record Choice(DenseShape shape, ExactTiles tiles, String reason) {
        ExactPlan plan(ByteMatrix weights) {
            return ExactPlan.of(weights, shape, SCALE, tiles, reason);
        }

        ExactGemmSetup assemble() {
            return new ExactGemmSetup(ExactSearch.assemble(shape), SCALE, tiles, reason);
        }
    }

    private final ByteMatrix weights;

    ExactSearch(ByteMatrix weights) {
        this.weights = weights;
    }

    private Found best(ParameterFormat format) {
        DigitRows digits = new DigitRows(weights, SCALE, format.hasBias());
        List<Found> found = new ArrayList<>();
        int tried = 0;
        for (int most : WIDTHS) {
            int width = GemmPlan.ceilDiv(weights.columns(), GemmPlan.ceilDiv(weights.columns(), most));
            if (width != tried) {
                tried = width;
                List<List<DigitRow>> columns = ExactTiles.split(digits, weights.columns(), width);
                int tallest = columns.stream().mapToInt(List::size).max().orElse(0);
                DenseShape shape = TemplateSearch.widest(width, Math.max(1, tallest), format)
                        .orElseThrow();
                found.add(new Found(shape, ExactTiles.deal(columns, weights.columns(), shape)));
            }
        }
        return found.stream().min(FEWEST).orElseThrow();
    }

    private static final Comparator<Found> FEWEST =
            Comparator.comparingInt((Found f) -> f.tiles.tiles().size()).thenComparingLong(Found::bytes);

    Choice choose() {
        Found plain = best(ParameterFormat.PER_TENSOR);
        Found biased = best(ParameterFormat.PER_TENSOR_BIAS);
        boolean bias = biased.tiles.tiles().size() < plain.tiles.tiles().size();
        Found chosen = bias ? biased : plain;
        Found other = bias ? plain : biased;
        String reason = String.format(
                "%s: %d rows, tiles: %d of %s; %s %d rows, tiles: %d of %s",
                bias ? "a bias moves each row into the middle of the byte" : "no bias, up to 4096 rows a tile",
                chosen.tiles.rows(),
                chosen.tiles.tiles().size(),
                chosen.shape,
                bias ? "without bias" : "with bias",
                other.tiles.rows(),
                other.tiles.tiles().size(),
                other.shape);
        return new Choice(chosen.shape, chosen.tiles, reason);
    }

    private static DenseTemplate assemble(DenseShape shape) {
        DenseSpec.Builder spec =
                DenseSpec.of(shape).quantization(ONE).weights(new byte[shape.inputs() * shape.outputs()]);
        if (shape.format().hasBias()) {
            spec.bias(new int[shape.outputs()]);
        }
        return DenseTemplate.assemble(spec.build());
    }
}
