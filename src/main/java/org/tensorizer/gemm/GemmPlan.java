package org.tensorizer.gemm;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.layout.DenseLayout.WeightBlock;

/**
 * How a matrix W[outputs][inputs] is cut into payloads of one template, and what that costs. Blocks along the outputs
 * stand beside each other; those along the inputs give partial sums, which the host adds. The last blocks are padded with
 * zero weights.
 *
 * @param outputs rows of W
 * @param inputs columns of W
 * @param template shape of the program that runs every block
 * @param reason why this template
 */
public record GemmPlan(int outputs, int inputs, DenseShape template, String reason) {
    public GemmPlan {
        Matrix.size(outputs, inputs);
        ShapeStatus.of(template).require();
    }

    /** The plan for a template that is given. */
    public static GemmPlan on(DenseShape template, int outputs, int inputs) {
        return new GemmPlan(outputs, inputs, template, "the template that was given");
    }

    /**
     * The plan with the fewest blocks; among those the surest template, then the one with the smallest payloads. Needs no
     * template file: {@link Gemm#assemble} writes it.
     *
     * @param format what the payload holds beside the weights; formats with bias or scales have at most 1024 outputs
     * @param weakest LIKELY to allow every template that can be assembled, FIRM for those whose program was compared with
     *     the compiler's
     * @throws BadInputException no template of this format and level exists
     */
    public static GemmPlan choose(int outputs, int inputs, ParameterFormat format, ShapeStatus.Level weakest) {
        Matrix.size(outputs, inputs);
        return new TemplateSearch(outputs, inputs, format).choose(weakest);
    }

    /** Blocks along the outputs. */
    public int blockRows() {
        return ceilDiv(outputs, template.outputs());
    }

    /** Blocks along the inputs: as many partial sums make up each output. */
    public int blockColumns() {
        return ceilDiv(inputs, template.inputs());
    }

    /** Payloads, each an upload. */
    public int blocks() {
        return blockRows() * blockColumns();
    }

    /** The part of W in a block; blocks of one column of blocks follow one another. */
    public WeightBlock block(int number) {
        int out = number % blockRows() * template.outputs();
        int in = number / blockRows() * template.inputs();
        return new WeightBlock(
                out, in, Math.min(template.outputs(), outputs - out), Math.min(template.inputs(), inputs - in));
    }

    /** Inferences for a batch. */
    public long inferences(int vectors) {
        return (long) blocks() * vectors;
    }

    /** Bytes of all payloads. */
    public long uploadBytes() {
        return (long) blocks() * template.payloadBytes();
    }

    /** Part of the multiplications that are not padding, 0 to 1. */
    public double utilization() {
        return (double) outputs * inputs / ((double) blocks() * template.outputs() * template.inputs());
    }

    /** Several lines: sizes, cost of a batch, choice of template and its reason. */
    public String text(int vectors) {
        return String.format(
                Locale.ROOT,
                "W %d x %d on %s (%s)%n"
                        + "blocks      %d (%d along the outputs, %d along the inputs), %.0f %% of each is W%n"
                        + "inferences  %d for %d vector%s%n"
                        + "uploads     %d payload%s of %d bytes%n"
                        + "chosen      %s",
                outputs,
                inputs,
                template,
                ShapeStatus.of(template).level().word(),
                blocks(),
                blockRows(),
                blockColumns(),
                100 * utilization(),
                inferences(vectors),
                vectors,
                vectors == 1 ? "" : "s",
                blocks(),
                blocks() == 1 ? "" : "s",
                template.payloadBytes(),
                reason);
    }

    static int ceilDiv(int a, int b) {
        return (a - 1) / b + 1;
    }

    /**
     * Finds the template that runs a matrix in the fewest blocks. For every number of blocks along the inputs it takes the
     * narrowest template, and with it the fewest blocks along the outputs that fit the chip; and every verified square.
     */
    static final class TemplateSearch {
        /** Channels come in groups of 64; several groups a tile need a multiple of them, up to 4. */
        private static final int[] MULTIPLES = {1, 64, 128, 192, 256};

        /** No program has more channels. */
        private static final int MOST_CHANNELS = 4096;

        private static final Comparator<DenseShape> SMALLEST =
                Comparator.comparingInt(DenseShape::payloadBytes).thenComparingInt(DenseShape::outputs);

        private final int outputs;
        private final int inputs;
        private final ParameterFormat format;
        private final Comparator<DenseShape> best;

        TemplateSearch(int outputs, int inputs, ParameterFormat format) {
            this.outputs = outputs;
            this.inputs = inputs;
            this.format = format;
            this.best = Comparator.comparingInt(this::blocks)
                    .thenComparing(shape -> ShapeStatus.of(shape).level())
                    .thenComparing(SMALLEST);
        }

        GemmPlan choose(ShapeStatus.Level weakest) {
            Optional<DenseShape> verified = verified();
            Optional<DenseShape> any =
                    weakest == ShapeStatus.Level.FIRM ? Optional.empty() : better(anyRectangle(), verified);
            DenseShape chosen = any.or(() -> verified)
                    .orElseThrow(() -> new BadInputException(
                            "no " + ShapeStatus.Level.FIRM.word() + " template of format " + format
                                    + "; extrapolated ones can be assembled for any size up to " + MOST_CHANNELS));
            return new GemmPlan(outputs, inputs, chosen, reason(chosen, verified, weakest));
        }

        private Optional<DenseShape> better(Optional<DenseShape> a, Optional<DenseShape> b) {
            return a.isEmpty() || b.isPresent() && best.compare(b.get(), a.get()) < 0 ? b : a;
        }

        private Optional<DenseShape> verified() {
            Optional<DenseShape> found = Optional.empty();
            for (int n = DenseShape.GROUP; n <= MOST_CHANNELS; n += DenseShape.GROUP) {
                DenseShape square = DenseShape.square(n, format);
                if (ShapeStatus.of(square).level() == ShapeStatus.Level.FIRM) {
                    found = better(found, Optional.of(square));
                }
            }
            return found;
        }

        private Optional<DenseShape> anyRectangle() {
            Optional<DenseShape> found = Optional.empty();
            int fewest = GemmPlan.ceilDiv(inputs, MOST_CHANNELS);
            for (int blockColumns = fewest; blockColumns <= fewest + 8; blockColumns++) {
                int width = GemmPlan.ceilDiv(inputs, blockColumns);
                found = better(found, widest(width, outputs, format));
            }
            return found;
        }

        /** For this many inputs, the template with the fewest blocks along the outputs, no larger than it must be. */
        static Optional<DenseShape> widest(int width, int outputs, ParameterFormat format) {
            for (int blockRows = GemmPlan.ceilDiv(outputs, MOST_CHANNELS); blockRows <= outputs; blockRows++) {
                int height = GemmPlan.ceilDiv(outputs, blockRows);
                for (int multiple : MULTIPLES) {
                    int rounded = GemmPlan.ceilDiv(height, multiple) * multiple;
                    DenseShape shape = DenseShape.of(width, rounded, format);
                    if (!ShapeStatus.of(shape).isRefused()) {
                        return Optional.of(shape);
                    }
                }
            }
            return Optional.empty();
        }

        private int blocks(DenseShape shape) {
            return GemmPlan.ceilDiv(outputs, shape.outputs()) * GemmPlan.ceilDiv(inputs, shape.inputs());
        }

        private String reason(DenseShape chosen, Optional<DenseShape> verified, ShapeStatus.Level weakest) {
            int blocks = blocks(chosen);
            if (weakest == ShapeStatus.Level.FIRM) {
                return "fewest blocks (" + blocks + ") of the templates whose program is verified";
            }
            String text = blocks == 1 ? "one block holds it" : "fewest blocks (" + blocks + ")";
            if (verified.isEmpty()) {
                return text + "; no template of this format is verified";
            }
            if (verified.get().equals(chosen)) {
                return text + ", and its program is verified";
            }
            return text + "; the best verified template, " + verified.get() + ", would take " + blocks(verified.get());
        }
    }
}
