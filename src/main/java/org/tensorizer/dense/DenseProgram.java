package org.tensorizer.dense;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Program;

/**
 * The two instruction streams of one Dense layer, assembled without the compiler. Any shape that
 * {@link ShapeStatus} does not refuse, square or not; which were compared with the compiler's bytes says its level.
 *
 * <p>Deterministic and thread-safe. The input and output relocations carry an empty name.
 */
public final class DenseProgram {
    private DenseProgram() {}

    /**
     * Brings the payload onto the chip.
     *
     * @throws BadInputException the shape is refused
     */
    public static Program parameterCaching(DenseShape shape) {
        return ParameterProgram.of(List.of(place(shape)));
    }

    /**
     * One inference with the parameters that are on the chip.
     *
     * @throws BadInputException the shape is refused, or its multiplier is no normal float32
     */
    public static Program executionOnly(DenseShape shape, Quantization quantization) {
        return ExecutionProgram.of(List.of(place(shape)), List.of(quantization));
    }

    /** Narrow memory of a tile that the executable declares: the input, 512 bytes, and the tile's slice of it. */
    public static int narrowBytesPerTile(DenseShape shape) {
        Partition input = shape.inputPartition();
        return Chip.WORD_BYTES * input.sliceWord() + input.tileChannels();
    }

    /** The compiler's own placement: parameters from row 0, outputs right behind the inputs. */
    private static PlacedLayer place(DenseShape shape) {
        ShapeStatus.of(shape).require();
        return new PlacedLayer(shape, 0, PlacedLayer.words(shape.inputs()));
    }
}
