package org.tensorizer.compiler;

import java.util.List;
import java.util.Optional;
import org.tensorizer.model.Operator;

/**
 * A network that was compiled.
 *
 * @param file a whole .tflite
 * @param program its programs and plans; a model of nothing but fully connected layers is a {@link
 *     org.tensorizer.dense.ChainProgram}, which has none of these
 * @param operators all operators of the source, in order, and what became of them
 */
public record CompiledNetwork(byte[] file, Optional<NetworkProgram> program, List<Placed> operators) {
    public CompiledNetwork {
        operators = List.copyOf(operators);
    }

    /**
     * An operator of the source.
     *
     * @param mapped whether the chip executes it, else it stays on the host
     * @param reason why it stays on the host, empty if it does not
     */
    public record Placed(Operator operator, boolean mapped, String reason) {}

    /** Operators that the chip executes. */
    public long mapped() {
        return operators.stream().filter(Placed::mapped).count();
    }
}
