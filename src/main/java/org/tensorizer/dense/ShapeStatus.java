package org.tensorizer.dense;

import java.util.List;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.isa.Chip;

/**
 * What the program of a shape rests on.
 *
 * @param level how sure it is
 * @param reason what was checked, or why it is refused and what would fit
 */
public record ShapeStatus(Level level, String reason) {
    /** How sure the program of a shape is. */
    public enum Level {
        /** Both streams were compared with the compiler's, byte for byte or by SHA-256. */
        FIRM("verified"),
        /** Assembled from checked pieces; this combination was never compared. */
        LIKELY("extrapolated"),
        /** There is no program. */
        REFUSED("refused");

        private final String word;

        Level(String word) {
            this.word = word;
        }

        /** {@code verified}, {@code extrapolated} or {@code refused}. */
        public String word() {
            return word;
        }
    }

    private static final int MAX_GROUPS_PER_TILE = 4;
    private static final int MAX_CHANNELS = MAX_GROUPS_PER_TILE * Chip.TILES * DenseShape.GROUP;
    private static final int MAX_OUTPUTS_ONE_GROUP = Chip.TILES * DenseShape.GROUP;

    private static final Set<Integer> FIRM_PER_CHANNEL = Set.of(256, 512, 1024);
    private static final Set<Integer> FIRM_PER_TENSOR = Set.of(640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2304, 2688);

    /** Rectangular shapes whose stream sizes were published. */
    private static final Set<List<Integer>> PUBLISHED_SIZES = Set.of(
            List.of(640, 1280),
            List.of(1280, 640),
            List.of(768, 1536),
            List.of(1536, 768),
            List.of(896, 1792),
            List.of(1792, 896),
            List.of(1024, 2048),
            List.of(2048, 1024),
            List.of(3072, 2048),
            List.of(1344, 1792));

    /** The answer for a shape; never throws. */
    public static ShapeStatus of(DenseShape shape) {
        String refusal = refusal(shape);
        if (refusal != null) {
            return new ShapeStatus(Level.REFUSED, shape + ": " + refusal);
        }
        if (shape.isSquare() && shape.activation() == Activation.NONE) {
            if (shape.format() == ParameterFormat.PER_CHANNEL && FIRM_PER_CHANNEL.contains(shape.inputs())) {
                return new ShapeStatus(Level.FIRM, "both streams byte-identical to the compiler's");
            }
            if (shape.format() == ParameterFormat.PER_TENSOR && FIRM_PER_TENSOR.contains(shape.inputs())) {
                return new ShapeStatus(Level.FIRM, "both streams have the SHA-256 of published compiler output");
            }
        }
        return new ShapeStatus(Level.LIKELY, evidence(shape));
    }

    public boolean isRefused() {
        return level == Level.REFUSED;
    }

    /**
     * Stops where there is no program.
     *
     * @return this
     * @throws BadInputException the shape is refused; the message says why and what would fit
     */
    public ShapeStatus require() {
        if (isRefused()) {
            throw new BadInputException(reason);
        }
        return this;
    }

    private static String refusal(DenseShape shape) {
        if (shape.inputs() > MAX_CHANNELS) {
            return "more than 4 groups of 64 input channels a tile were never seen; at most " + MAX_CHANNELS
                    + " inputs are supported";
        }
        if (shape.outputs() > MAX_CHANNELS) {
            return "more than 4 groups of 64 output channels a tile were never seen; at most " + MAX_CHANNELS
                    + " outputs are supported";
        }
        Partition out = shape.outputPartition();
        if (out.groupsPerTile() > 1 && shape.format().headerRows() > 0) {
            return "bias or per-channel scales with more than " + MAX_OUTPUTS_ONE_GROUP
                    + " outputs were never seen; at most " + MAX_OUTPUTS_ONE_GROUP
                    + " outputs, or format PER_TENSOR";
        }
        int limit = shape.inputPartition().parameterRows();
        if (shape.rowsPerTile() > limit) {
            return "needs " + shape.rowsPerTile() + " rows of a tile's memory, " + limit
                    + " are free; the compiler streams such weights, which nobody has assembled. With "
                    + shape.outputs() + " outputs at most " + mostInputs(shape) + " inputs fit";
        }
        if (out.groupsPerTile() > 1 && shape.outputs() % out.tileChannels() != 0) {
            int below = shape.outputs() / out.tileChannels() * out.tileChannels();
            DenseShape above = DenseShape.of(shape.inputs(), below + out.tileChannels(), shape.format());
            return "a short last tile with several groups of 64 outputs was never seen; nearest that fit: " + below
                    + (refusal(above) == null ? " or " + above.outputs() : "") + " outputs";
        }
        return null;
    }

    /** Of a shape that does not fit; one input always does. */
    private static int mostInputs(DenseShape shape) {
        int inputs = shape.inputs();
        do {
            inputs--;
        } while (DenseShape.of(inputs, shape.outputs(), shape.format()).rowsPerTile()
                > Partition.of(inputs).parameterRows());
        return inputs;
    }

    private static String evidence(DenseShape shape) {
        StringBuilder text = new StringBuilder("assembled from checked pieces, this combination was not compared: ");
        if (!shape.isSquare()) {
            text.append(
                    PUBLISHED_SIZES.contains(List.of(shape.inputs(), shape.outputs()))
                                    && shape.format() == ParameterFormat.PER_TENSOR
                            ? "stream sizes agree with published ones of this shape"
                            : "rectangular as 10 published shapes whose stream sizes agree");
        } else if (shape.inputs() % DenseShape.GROUP == 0 && shape.inputs() >= 256) {
            text.append("same formulas as the verified squares");
        } else {
            text.append("square, but below 256 or no multiple of 64");
        }
        switch (shape.format()) {
            case PER_TENSOR, PER_CHANNEL -> {}
            case PER_TENSOR_BIAS ->
                text.append("; reader and tensor op as in 500 -> 256, 256 -> 256, 256 -> 6 and 1024 -> 521"
                        + " inside real networks");
            case PER_CHANNEL_BIAS -> text.append("; reader and tensor op as in 256 -> 6 inside a real network");
        }
        if (shape.outputPartition().hasShortLastTile()) {
            text.append("; two tensor ops for the short last tile as in 1024 -> 521 inside a real network");
        }
        if (shape.inputs() % shape.inputPartition().tileChannels() != 0) {
            text.append("; ragged input as in 500 -> 256 and 784 -> 64 inside real networks");
        }
        if (shape.activation() != Activation.NONE) {
            text.append("; where the activation cuts the output range the clamps follow a published probe");
        }
        return text.toString();
    }
}
