package org.tensorizer.template;

import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.TfliteModel;

/**
 * A quantized, uncompiled .tflite whose operators are Dense layers: FULLY_CONNECTED one behind the other, with RESHAPE
 * that only renames dimensions, and QUANTIZE at the ends that only turns uint8 into int8 and back. It can be compiled
 * here.
 *
 * <p>Everything else is refused, naming the operator and the reason; nothing is left to the CPU in silence. Immutable.
 */
public final class SourceModel {
    private final TfliteModel model;
    private final SourceReader.Found found;

    private SourceModel(TfliteModel model) {
        this.model = model;
        this.found = new SourceReader(model).read();
    }

    /**
     * Reads a source model.
     *
     * @throws BadInputException if it cannot be compiled here
     * @throws org.tensorizer.base.BadInputException if it is no TFLite model, or a layer does not fit the chip
     */
    public static SourceModel read(Path file) {
        return of(TfliteModel.read(file));
    }

    /** Errors as {@link #read}. */
    public static SourceModel of(TfliteModel model) {
        return new SourceModel(model);
    }

    public TfliteModel model() {
        return model;
    }

    /** What was left out or is different in the compiled model without changing any answer; for the user to read. */
    public List<String> notes() {
        return found.notes();
    }

    /**
     * The layers with a fresh token.
     *
     * @throws org.tensorizer.base.BadInputException if the chip has no room for them
     */
    public ChainSpec chain() {
        return new ChainSpec(
                found.layers().stream().map(DenseSpec.Builder::build).toList());
    }

    /**
     * The layers with a token of the caller's choice, for reproducible files.
     *
     * @param token not 0
     */
    public ChainSpec chain(long token) {
        return new ChainSpec(
                found.layers().stream().map(layer -> layer.token(token).build()).toList());
    }

    /** A complete compiled .tflite with a fresh token. */
    public byte[] compile() {
        return CompiledModelWriter.write(chain());
    }
}
