package org.tensorizer.template;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Operator;
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
        return chain(UnaryOperator.identity());
    }

    /**
     * The layers with a token of the caller's choice, for reproducible files.
     *
     * @param token not 0
     */
    public ChainSpec chain(long token) {
        return chain(layer -> layer.token(token));
    }

    private ChainSpec chain(UnaryOperator<DenseSpec.Builder> last) {
        List<DenseSpec> layers = new ArrayList<>();
        for (int i = 0; i < found.layers().size(); i++) {
            Operator operator = found.operators().get(i);
            String where = "operator " + operator.index() + " (" + operator.name() + "): ";
            layers.add(named(where, last.apply(found.layers().get(i))::build));
        }
        return named("", () -> new ChainSpec(layers));
    }

    /** What a layer's own check says, with the file and the operator in front. */
    private <T> T named(String where, Supplier<T> made) {
        try {
            return made.get();
        } catch (BadInputException e) {
            throw BadInputException.of(model.name(), where + e.getMessage(), e);
        }
    }

    /** A complete compiled .tflite, the same for the same source: its token is a digest of all other bytes. */
    public byte[] compile() {
        byte[] file = CompiledModelWriter.write(chain(1));
        long token = ByteBuffer.wrap(Sha256.digest().digest(file)).getLong() >>> 1 | 1;
        for (Executable executable :
                TfliteModel.parse(model.name(), file).onlyPackage().executables()) {
            int at = executable.tokenField().orElseThrow().start();
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(at, token);
        }
        return file;
    }
}
