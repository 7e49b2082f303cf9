package org.tensorizer.gemm;

import java.util.Comparator;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;

/**
 * Finds the template that runs a matrix in the fewest tiles. For every number of tiles along the inputs it takes the
 * narrowest template, and with it the fewest tiles along the outputs that fit the chip; and every verified square.
 */
final class TemplateSearch {
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
        this.best = Comparator.comparingInt(this::tiles)
                .thenComparing(shape -> ShapeStatus.of(shape).level())
                .thenComparing(SMALLEST);
    }

    GemmPlan choose(ShapeStatus.Level weakest) {
        Optional<DenseShape> verified = verified();
        Optional<DenseShape> any =
                weakest == ShapeStatus.Level.FIRM ? Optional.empty() : better(anyRectangle(), verified);
        DenseShape chosen = any.or(() -> verified)
                .orElseThrow(() -> new BadInputException("no " + ShapeStatus.Level.FIRM.word() + " template of format "
                        + format + "; extrapolated ones can be assembled for any size up to " + MOST_CHANNELS));
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
        for (int columnTiles = fewest; columnTiles <= fewest + 8; columnTiles++) {
            int width = GemmPlan.ceilDiv(inputs, columnTiles);
            found = better(found, widest(width, outputs, format));
        }
        return found;
    }

    /** For this many inputs, the template with the fewest tiles along the outputs, no larger than it must be. */
    static Optional<DenseShape> widest(int width, int outputs, ParameterFormat format) {
        for (int rowTiles = GemmPlan.ceilDiv(outputs, MOST_CHANNELS); rowTiles <= outputs; rowTiles++) {
            int height = GemmPlan.ceilDiv(outputs, rowTiles);
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

    private int tiles(DenseShape shape) {
        return GemmPlan.ceilDiv(outputs, shape.outputs()) * GemmPlan.ceilDiv(inputs, shape.inputs());
    }

    private String reason(DenseShape chosen, Optional<DenseShape> verified, ShapeStatus.Level weakest) {
        int tiles = tiles(chosen);
        if (weakest == ShapeStatus.Level.FIRM) {
            return "fewest tiles (" + tiles + ") of the templates whose program is verified";
        }
        String text = tiles == 1 ? "one tile holds it" : "fewest tiles (" + tiles + ")";
        if (verified.isEmpty()) {
            return text + "; no template of this format is verified";
        }
        if (verified.get().equals(chosen)) {
            return text + ", and its program is verified";
        }
        return text + "; the best verified template, " + verified.get() + ", would take " + tiles(verified.get());
    }
}
