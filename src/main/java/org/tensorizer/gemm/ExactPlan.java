package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.gemm.DigitRows.DigitRow;
import org.tensorizer.gemm.ExactScale.ExactBlocks;
import org.tensorizer.gemm.GemmPlan.TemplateSearch;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/**
 * What the exact int32 product of one weight matrix costs. It depends on the weights: zeros are free, and few digits that
 * are not 0 need few rows.
 *
 * @param outputs rows of W
 * @param inputs columns of W
 * @param template shape of the program that runs every block
 * @param rows digit rows that W was split into, over all blocks
 * @param blockColumns blocks along the inputs
 * @param blocks payloads, each an upload
 * @param low smallest sum of a row that is answered exactly
 * @param high largest
 * @param reason why this template
 */
public record ExactPlan(
        int outputs,
        int inputs,
        DenseShape template,
        int rows,
        int blockColumns,
        int blocks,
        int low,
        int high,
        String reason) {
    /** Bits of an int8 input, each a run of its own. */
    public static final int BITS = 8;

    /** Inferences for a batch, at most: one whose bits are all 0 is left out. */
    public long inferences(int vectors) {
        return (long) BITS * blocks * vectors;
    }

    /** Bytes of all payloads. */
    public long uploadBytes() {
        return (long) blocks * template.payloadBytes();
    }

    /** Several lines: sizes, cost of a batch, the scheme's proof in numbers, choice of template and its reason. */
    public String text(int vectors) {
        return String.format(
                Locale.ROOT,
                "exact W %d x %d on %s (%s)%n"
                        + "rows        %d digit rows, %.1f an output; every sum within %d..%d is answered exactly%n"
                        + "blocks      %d (%d along the inputs)%n"
                        + "inferences  at most %d for %d vector%s: %d bits of x, each on every block%n"
                        + "uploads     %d of %d bytes%n"
                        + "chosen      %s",
                outputs,
                inputs,
                template,
                ShapeStatus.of(template).level().word(),
                rows,
                (double) rows / outputs,
                low,
                high,
                blocks,
                blockColumns,
                inferences(vectors),
                vectors,
                vectors == 1 ? "" : "s",
                BITS,
                blocks,
                template.payloadBytes(),
                reason);
    }

    /**
     * Finds the template that runs the exact product of given weights in the fewest blocks: per-tensor, which has up to 4096
     * outputs, or per-tensor with bias, which has at most 1024 but needs fewer rows where weights are mostly of one sign.
     */
    static final class ExactSearch {
        /** Input is the byte minus 128, one step of the output one of the accumulator. */
        private static final Quantization ONE = new Quantization(1, 128, 1, 128, 1, 128);

        /** Widths beyond which the number of outputs that fit goes down: see the memory of a tile. */
        private static final int[] WIDTHS = {4096, 2048, 1024};

        /** With all scales 1 every byte is a sum. */
        private static final ExactScale SCALE = new ExactScale(1, 1, -128, 127);

        /** A template and how the weights lie on it. */
        private record Found(DenseShape shape, ExactBlocks blocks) {
            long bytes() {
                return (long) blocks.blocks().size() * shape.payloadBytes();
            }
        }

        /** What an exact product runs on, and why. */
        record Choice(DenseShape shape, ExactScale scale, ExactBlocks blocks, String reason) {
            /** A template that is given. */
            static Choice on(DenseTemplate template, ByteMatrix weights) {
                DenseShape shape = template.shape();
                ExactScale scale = ExactScale.of(template);
                DigitRows digits = new DigitRows(weights, scale, shape.format().hasBias());
                List<List<DigitRow>> columns = ExactBlocks.split(digits, weights.columns(), shape.inputs());
                return new Choice(
                        shape,
                        scale,
                        ExactBlocks.deal(columns, weights.columns(), shape),
                        "the template that was given; 1 is a weight of " + scale.weight() + " and an input "
                                + scale.drive() + " from its zero point");
            }

            ExactPlan plan(ByteMatrix weights) {
                return new ExactPlan(
                        weights.rows(),
                        weights.columns(),
                        shape,
                        blocks.rows(),
                        blocks.blockColumns(),
                        blocks.blocks().size(),
                        scale.low(),
                        scale.high(),
                        reason);
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
                    List<List<DigitRow>> columns = ExactBlocks.split(digits, weights.columns(), width);
                    int tallest = columns.stream().mapToInt(List::size).max().orElse(0);
                    DenseShape shape = TemplateSearch.widest(width, Math.max(1, tallest), format)
                            .orElseThrow();
                    found.add(new Found(shape, ExactBlocks.deal(columns, weights.columns(), shape)));
                }
            }
            return found.stream().min(FEWEST).orElseThrow();
        }

        private static final Comparator<Found> FEWEST =
                Comparator.comparingInt((Found f) -> f.blocks.blocks().size()).thenComparingLong(Found::bytes);

        Choice choose() {
            Found plain = best(ParameterFormat.PER_TENSOR);
            Found biased = best(ParameterFormat.PER_TENSOR_BIAS);
            boolean bias = biased.blocks.blocks().size() < plain.blocks.blocks().size();
            Found chosen = bias ? biased : plain;
            Found other = bias ? plain : biased;
            String reason = String.format(
                    "%s: %d rows, blocks: %d of %s; %s %d rows, blocks: %d of %s",
                    bias ? "a bias moves each row into the middle of the byte" : "no bias, up to 4096 rows a block",
                    chosen.blocks.rows(),
                    chosen.blocks.blocks().size(),
                    chosen.shape,
                    bias ? "without bias" : "with bias",
                    other.blocks.rows(),
                    other.blocks.blocks().size(),
                    other.shape);
            return new Choice(chosen.shape, SCALE, chosen.blocks, reason);
        }

        static DenseTemplate assemble(DenseShape shape) {
            DenseSpec.Builder spec =
                    DenseSpec.of(shape).quantization(ONE).weights(new byte[shape.inputs() * shape.outputs()]);
            if (shape.format().hasBias()) {
                spec.bias(new int[shape.outputs()]);
            }
            return DenseTemplate.assemble(spec.build());
        }
    }
}
